package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The limit of a model on this machine.
 *
 * @param alone the session on prepared tensors
 * @param decoding the session and the decoder on the same cores
 */
record Limits(Limit.Rate alone, Limit.Rate decoding) {

  private static final int SECONDS = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Measures it, in a process of its own. */
  static Limits measure(
      Bench bench, String model, List<byte[]> pictures, int threads, int batchSize)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(bench.lab().folder().resolve("pictures-" + model));
    for (int i = 0; i < pictures.size(); i++) {
      Files.write(folder.resolve(i + ".jpg"), pictures.get(i));
    }
    int seconds = Math.max(1, (int) (SECONDS * bench.config().scale()));
    List<String> arguments =
        Limit.arguments(bench.lab().repository(), model, folder, threads, seconds, batchSize);
    try (Child child = bench.lab().start(Limit.class, arguments)) {
      return new Limits(Limit.read(child.next(PATIENCE)), Limit.read(child.next(PATIENCE)));
    }
  }
}
