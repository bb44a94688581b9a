package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.SimulatedAccelerator;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures how much faster a simulated device classifies images if a batch may contain images of
 * several partitions. Like a GPU, the device uses no CPU core and is fastest with large batches.
 */
final class AcceleratorPart implements Part {

  private static final String MODEL = "accelerated";
  private static final List<Integer> PARTITIONS = List.of(1, 4, 16, 64);
  private static final int IMAGES = 24_000;
  // This number is smaller than IMAGES, because classifying one image at a time is forty times
  // slower, with any number of partitions.
  private static final int IMAGES_ONE_BY_ONE = 600;
  private static final int COMMIT_INTERVAL_MS = 1_000;
  // One round is enough, because the device limits the rate here, not the JIT compilation.
  private static final int PRACTICE_ROUNDS = 1;
  // Millrace's default linger for GPUs. It is set here, because Millrace treats the simulated
  // device as a CPU.
  private static final Duration GPU_LINGER = Duration.ofMillis(5);

  @Override
  public String name() {
    return "accelerator";
  }

  @Override
  public String what() {
    return "a simulated device of 1,951 images/s at best, fed from 1, 4, 16 and 64 partitions";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    List<byte[]> pictures = Photographs.jpegs(32, 32, 100);
    for (int partitions : PARTITIONS) {
      measure(bench, pictures, partitions);
    }
  }

  private static void measure(Bench bench, List<byte[]> pictures, int partitions)
      throws IOException, InterruptedException {
    String part = "accelerator.partitions_" + partitions;
    String topic = "accelerator-" + partitions;
    Feed feed = bench.lab().fill(topic, partitions, pictures, bench.config().images(IMAGES));
    Feed few =
        bench
            .lab()
            .fill(topic + "-few", partitions, pictures, bench.config().images(IMAGES_ONE_BY_ONE));
    try (Race race = new Race(bench, PRACTICE_ROUNDS)) {
      enter(race, bench, "whole", Contender.MILLRACE, false, feed);
      enter(race, bench, "whole_exactly_once", Contender.MILLRACE, true, feed);
      enter(race, bench, "map_values", Contender.MAP_VALUES, false, few);
      enter(race, bench, "poll_loop", Contender.POLL_LOOP, false, feed);
      enter(race, bench, "parallel_consumer", Contender.PARALLEL_CONSUMER, false, feed);
      enter(race, bench, "flink", Contender.FLINK, false, feed);
      enter(race, bench, "flink_exactly_once", Contender.FLINK, true, feed);
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
      }
      race.tell(part);
      double own = SimulatedAccelerator.imagesPerSecond();
      bench.figure(
          part + ".whole_over_device",
          Medians.of(race.of("whole"), Drained::imagesPerSecond) / own,
          "",
          "against the device's own rate");
      bench.figure(
          part + ".whole_over_device_exactly_once",
          Medians.of(race.of("whole_exactly_once"), Drained::imagesPerSecond) / own,
          "",
          "against the device's own rate");
      bench.figure(
          part + ".over_map_values",
          Medians.ratio(
              race.of("whole"),
              Drained::imagesPerSecond,
              race.of("map_values"),
              Drained::imagesPerSecond),
          "",
          "against one image at a time");
      bench.figure(
          part + ".over_best_peer",
          race.overBestPeer("whole", Optional.empty()),
          "",
          "against the fastest alternative with any guarantee");
    }
  }

  private static void enter(
      Race race, Bench bench, String name, Contender contender, boolean exactlyOnce, Feed feed) {
    Map<String, String> kafka =
        contender == Contender.MILLRACE || contender == Contender.MAP_VALUES
            ? Map.of("commit.interval.ms", Integer.toString(COMMIT_INTERVAL_MS))
            : Map.of();
    race.enter(
        name,
        contender,
        bench
            .settings(
                MODEL, Backend.ACCELERATOR, SimulatedAccelerator.MAX_BATCH_SIZE, exactlyOnce, kafka)
            .withLinger(GPU_LINGER),
        feed,
        feed.images() / 4);
  }
}
