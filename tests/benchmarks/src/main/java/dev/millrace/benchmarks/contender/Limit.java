package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.process.Parent;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
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
 * Measures the highest speed that any pipeline could reach on this machine. The threads do nothing
 * except run the model; in the measurement that includes decoding, they also decode images. The
 * sessions open the model file with the same preparation and options as Millrace.
 */
public final class Limit {

  private static final long NANOS_A_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<ModelSession> sessions;
  private final Preprocessing preprocessing;
  private final List<byte[]> pictures;
  private final int threads;
  private final ExecutorService pool;

  private Limit(
      List<ModelSession> sessions,
      Preprocessing preprocessing,
      List<byte[]> pictures,
      int threads,
      ExecutorService pool) {
    this.sessions = sessions;
    this.preprocessing = preprocessing;
    this.pictures = pictures;
    this.threads = threads;
    this.pool = pool;
  }

  /**
   * A measured rate.
   *
   * @param imagesPerSecond images per second of all threads together
   * @param decodeMillis processor time of decoding one image, in ms; 0 if images are not decoded
   * @param runMillis processor time of a run of the model, divided by the number of images in the
   *     run, in ms
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

    /** Returns the mean of this rate and another rate. */
    public Rate mean(Rate other) {
      return new Rate(
          (imagesPerSecond + other.imagesPerSecond) / 2,
          (decodeMillis + other.decodeMillis) / 2,
          (runMillis + other.runMillis) / 2);
    }

    private Rate meanTimes(int threads) {
      return new Rate(imagesPerSecond, decodeMillis / threads, runMillis / threads);
    }
  }

  /**
   * Returns arguments for {@link #main}.
   *
   * @param threads number of threads that call sessions, spread evenly over the devices
   * @param seconds time for which each batch size is measured, in s
   */
  public static List<String> arguments(
      Path repository,
      String model,
      Backend backend,
      List<Device> devices,
      Path pictures,
      int threads,
      int seconds,
      List<Integer> batchSizes) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                repository.toString(),
                model,
                backend.name(),
                Settings.text(devices),
                pictures.toString(),
                Integer.toString(threads),
                Integer.toString(seconds)));
    batchSizes.forEach(size -> arguments.add(Integer.toString(size)));
    return arguments;
  }

  /** Parses a line that {@link #main} prints. */
  public static Rate read(String line) {
    return Rate.parse(line);
  }

  /**
   * Measures the limit. Prints one line for each batch size, with the rate of running the model on
   * prepared tensors. Then prints a last line with the rate of decoding images and running the
   * model, measured with the fastest batch size.
   */
  public static void main(String[] arguments) throws Exception {
    ModelVersion version = new ModelRepository(Path.of(arguments[0])).newest(arguments[1]);
    Backend backend = Backend.valueOf(arguments[2]);
    List<ModelSession> sessions = new ArrayList<>();
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      for (Device device : Settings.devices(arguments[3])) {
        sessions.add(backend.runtime().open(version, device));
      }
      new Limit(
              sessions,
              version.manifest().preprocessing(),
              pictures(Path.of(arguments[4])),
              Integer.parseInt(arguments[5]),
              pool)
          .measure(
              Long.parseLong(arguments[6]) * NANOS_A_SECOND,
              Stream.of(arguments).skip(7).map(Integer::valueOf).toList());
    } finally {
      pool.shutdown();
      sessions.forEach(ModelSession::close);
    }
  }

  private void measure(long nanos, List<Integer> batchSizes)
      throws InterruptedException, ExecutionException {
    Rate best = Rate.NONE;
    int bestSize = 0;
    for (int size : batchSizes) {
      measure(true, size, nanos / 2);
      Rate rate = measure(false, size, nanos);
      Parent.tell(rate.line());
      if (rate.imagesPerSecond() > best.imagesPerSecond()) {
        best = rate;
        bestSize = size;
      }
    }
    Parent.tell(measure(true, bestSize, nanos).line());
  }

  /** Returns the contents of the files below a folder, sorted by path. */
  public static List<byte[]> pictures(Path folder) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        pictures.add(Files.readAllBytes(file));
      }
    }
    return pictures;
  }

  private Rate measure(boolean decoding, int batchSize, long nanos)
      throws InterruptedException, ExecutionException {
    List<Future<Rate>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      ModelSession session = sessions.get(i % sessions.size());
      shares.add(pool.submit(() -> work(session, decoding, batchSize, nanos)));
    }
    Rate sum = Rate.NONE;
    for (Future<Rate> share : shares) {
      sum = sum.plus(share.get());
    }
    return sum.meanTimes(threads);
  }

  /**
   * Runs the model repeatedly on the calling thread for {@code nanos} ns. If {@code decoding} is
   * true, decodes the images before each run.
   */
  private Rate work(ModelSession session, boolean decoding, int batchSize, long nanos) {
    var threads = ManagementFactory.getThreadMXBean();
    ByteBuffer pixels = ByteBuffer.allocateDirect(batchSize * preprocessing.bytes());
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(batchSize * session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    long decode = 0;
    long run = 0;
    long images = 0;
    try (ImageDecoder decoder = Backend.ONNX.decoder()) {
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
