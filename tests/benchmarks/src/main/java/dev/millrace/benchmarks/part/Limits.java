package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The speed of a model on this machine without Kafka. No pipeline can be faster.
 *
 * @param alone rate of the session alone, on prepared tensors
 * @param decoding rate of decoding images and running the session on the same cores
 */
record Limits(Limit.Rate alone, Limit.Rate decoding) {

  private static final int SECONDS = 10;
  // This time is shorter than on the CPU, because 3 s are enough for a GPU to classify thousands of
  // images.
  private static final int GPU_SECONDS = 3;
  private static final int GPU_CALLERS = 2;
  private static final List<Integer> GPU_BATCH_SIZES = List.of(1, 8, 32, 64, 128, 256);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Measures the limit on the CPU or GPU with one batch size, in a separate process. */
  static Limits measure(
      Bench bench, String model, List<byte[]> pictures, int threads, int batchSize)
      throws IOException, InterruptedException {
    return measure(bench, model, Backend.ONNX, pictures, threads, List.of(batchSize));
  }

  /**
   * Measures the limit with several batch sizes, and returns the limit of the fastest batch size.
   * On the CPU, one thread for each core calls the session, with batches of 1 image and of {@code
   * batchSizeOnCpu} images. On GPUs, two threads for each GPU call the session, with batches of 1
   * to 256 images.
   */
  static Limits best(
      Bench bench, String model, Backend backend, List<byte[]> pictures, int batchSizeOnCpu)
      throws IOException, InterruptedException {
    return bench.config().isOnGpus()
        ? measure(
            bench,
            model,
            backend,
            pictures,
            GPU_CALLERS * bench.config().devices().size(),
            GPU_BATCH_SIZES)
        : measure(bench, model, backend, pictures, Bench.cores(), List.of(1, batchSizeOnCpu));
  }

  /**
   * Measures the limit with each of these batch sizes, and returns the limit of the fastest batch
   * size.
   *
   * @param threads number of threads that call the session
   */
  static Limits measure(
      Bench bench,
      String model,
      Backend backend,
      List<byte[]> pictures,
      int threads,
      List<Integer> batchSizes)
      throws IOException, InterruptedException {
    Path folder = write(bench, model, pictures);
    int seconds =
        Math.max(
            1,
            (int) ((bench.config().isOnGpus() ? GPU_SECONDS : SECONDS) * bench.config().scale()));
    List<String> arguments =
        Limit.arguments(
            bench.lab().repository(),
            model,
            backend,
            bench.config().devices(),
            folder,
            threads,
            seconds,
            batchSizes);
    try (Child child = bench.lab().start(Limit.class, arguments)) {
      Limit.Rate best = Limit.read(child.next(PATIENCE));
      for (int size : batchSizes.subList(1, batchSizes.size())) {
        Limit.Rate rate = Limit.read(child.next(PATIENCE));
        bench.progress("batches of %d: %,.0f images/s alone", size, rate.imagesPerSecond());
        best = rate.imagesPerSecond() > best.imagesPerSecond() ? rate : best;
      }
      return new Limits(best, Limit.read(child.next(PATIENCE)));
    }
  }

  /**
   * Returns the mean of two limits. Because the machine's speed drifts, a round is compared with
   * the mean of the limits before and after the round.
   */
  static Limits mean(Limits one, Limits other) {
    return new Limits(one.alone.mean(other.alone), one.decoding.mean(other.decoding));
  }

  /** Writes pictures into the folder {@code pictures-NAME} of the lab. */
  static Path write(Bench bench, String name, List<byte[]> pictures) throws IOException {
    Path folder = Files.createDirectories(bench.lab().folder().resolve("pictures-" + name));
    for (int i = 0; i < pictures.size(); i++) {
      Files.write(folder.resolve(i + ".jpg"), pictures.get(i));
    }
    return folder;
  }
}
