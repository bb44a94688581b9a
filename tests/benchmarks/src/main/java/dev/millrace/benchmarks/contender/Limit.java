package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.process.Parent;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelSession;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What no pipeline can beat: the same session, prepared file and options as Millrace's, on as many
 * threads as there are cores, with nothing around it.
 */
public final class Limit {

  private static final long NANOS_A_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ModelSession session;
  private final Preprocessing preprocessing;
  private final List<byte[]> pictures;
  private final int batchSize;

  private Limit(
      ModelSession session, Preprocessing preprocessing, List<byte[]> pictures, int batchSize) {
    this.session = session;
    this.preprocessing = preprocessing;
    this.pictures = pictures;
    this.batchSize = batchSize;
  }

  /**
   * What one way of working comes to.
   *
   * @param imagesPerSecond on all threads together
   * @param decodeMillis processor time of decoding an image
   * @param runMillis processor time of its share of a run
   */
  public record Rate(double imagesPerSecond, double decodeMillis, double runMillis) {

    private static final Rate NONE = new Rate(0, 0, 0);

    private static Rate parse(String line) {
      String[] values = line.split(" ", -1);
      return new Rate(
          Double.parseDouble(values[0]),
          Double.parseDouble(values[1]),
          Double.parseDouble(values[2]));
    }

    private String line() {
      return imagesPerSecond + " " + decodeMillis + " " + runMillis;
    }

    private Rate plus(Rate other) {
      return new Rate(
          imagesPerSecond + other.imagesPerSecond,
          decodeMillis + other.decodeMillis,
          runMillis + other.runMillis);
    }

    private Rate meanTimes(int threads) {
      return new Rate(imagesPerSecond, decodeMillis / threads, runMillis / threads);
    }
  }

  /** The arguments of its process. */
  public static List<String> arguments(
      Path repository, String model, Path pictures, int threads, int seconds, int batchSize) {
    return List.of(
        repository.toString(),
        model,
        pictures.toString(),
        Integer.toString(threads),
        Integer.toString(seconds),
        Integer.toString(batchSize));
  }

  /** Reads what its process says: the rate on prepared tensors, then that with decoding. */
  public static Rate read(String line) {
    return Rate.parse(line);
  }

  /** Measures, in a process of its own, and says one line for each way. */
  public static void main(String[] arguments) throws Exception {
    ModelVersion version = new ModelRepository(Path.of(arguments[0])).newest(arguments[1]);
    int threads = Integer.parseInt(arguments[3]);
    long nanos = Long.parseLong(arguments[4]) * NANOS_A_SECOND;
    try (ModelSession session = EngineKind.ONNX.runtime().open(version, Device.CPU)) {
      Limit limit =
          new Limit(
              session,
              version.manifest().preprocessing(),
              pictures(Path.of(arguments[2])),
              Integer.parseInt(arguments[5]));
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      limit.measure(pool, threads, true, nanos / 2);
      Parent.tell(limit.measure(pool, threads, false, nanos).line());
      Parent.tell(limit.measure(pool, threads, true, nanos).line());
      pool.shutdown();
    }
  }

  private static List<byte[]> pictures(Path folder) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        pictures.add(Files.readAllBytes(file));
      }
    }
    return pictures;
  }

  private Rate measure(ExecutorService pool, int threads, boolean decoding, long nanos)
      throws InterruptedException, ExecutionException {
    List<Future<Rate>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      shares.add(pool.submit(() -> work(decoding, nanos)));
    }
    Rate sum = Rate.NONE;
    for (Future<Rate> share : shares) {
      sum = sum.plus(share.get());
    }
    return sum.meanTimes(threads);
  }

  /** Works on the calling thread for so long. */
  private Rate work(boolean decoding, long nanos) {
    var threads = ManagementFactory.getThreadMXBean();
    ByteBuffer pixels = ByteBuffer.allocateDirect(batchSize * preprocessing.bytes());
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(batchSize * session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    long decode = 0;
    long run = 0;
    long images = 0;
    try (ImageDecoder decoder = EngineKind.ONNX.decoder()) {
      long start = System.nanoTime();
      long now = start;
      while (now - start < nanos) {
        long begin = threads.getCurrentThreadCpuTime();
        for (int i = 0; decoding && i < batchSize; i++) {
          byte[] picture = pictures.get((int) ((images + i) % pictures.size()));
          decoder.decode(
              picture,
              preprocessing,
              pixels.slice(i * preprocessing.bytes(), preprocessing.bytes()));
        }
        long decoded = threads.getCurrentThreadCpuTime();
        session.run(pixels, batchSize, probabilities);
        run += threads.getCurrentThreadCpuTime() - decoded;
        decode += decoded - begin;
        images += batchSize;
        now = System.nanoTime();
      }
      return new Rate(images * 1e9 / (now - start), decode / 1e6 / images, run / 1e6 / images);
    }
  }
}
