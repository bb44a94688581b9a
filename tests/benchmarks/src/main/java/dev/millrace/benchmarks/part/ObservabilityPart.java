package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.util.Map;

/**
 * Measures what it costs to watch the service. Compares the processor time per image of a watched
 * and an unwatched service. In the watched service, the metrics are read each second, one in a
 * hundred images is traced, and the live page is open. The model is the smallest, so that the cost
 * is a large part of the processor time.
 */
final class ObservabilityPart implements Part {

  private static final String MODEL = "observed";
  private static final int PARTITIONS = 8;
  private static final int BATCH = 16;
  private static final int IMAGES = 40_000;

  @Override
  public String name() {
    return "observability";
  }

  @Override
  public String what() {
    return "ResNet-20, watched and not: metrics each second, 1 % of the images traced, the page open";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    Feed feed =
        bench
            .lab()
            .fill(
                "observability",
                PARTITIONS,
                Photographs.jpegs(32, 32, 100),
                bench.config().images(IMAGES));
    Settings settings = bench.settings(MODEL, Backend.ONNX, BATCH, false, Map.of());
    try (Race race = new Race(bench)) {
      race.enter("unwatched", Contender.MILLRACE, settings, feed, feed.images() / 8);
      race.enter("watched", Contender.OBSERVED, settings, feed, feed.images() / 8);
      race.rehearse();
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
      }
      race.tell(name());
      bench.figure(
          name() + ".cpu_over_unwatched",
          Medians.ratio(
              race.of("watched"),
              Drained::cpuMillisPerImage,
              race.of("unwatched"),
              Drained::cpuMillisPerImage),
          "",
          "processor time per image; at most 1.03 is wanted");
      bench.figure(
          name() + ".speed_over_unwatched",
          Medians.ratio(
              race.of("watched"),
              Drained::imagesPerSecond,
              race.of("unwatched"),
              Drained::imagesPerSecond),
          "",
          "images/s");
    }
  }
}
