package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.util.Map;

/**
 * Measures how much requests for inference over HTTP slow down the stream. Compares the stream's
 * speed on a backlog with 200 clients and without clients.
 */
final class InferPart implements Part {

  private static final String MODEL = "asked";
  private static final int PARTITIONS = 8;
  private static final int BATCH = 8;
  private static final int IMAGES = 60_000;
  private static final String ALONE = "alone";
  private static final String ASKED = "with_200_clients";

  @Override
  public String name() {
    return "infer";
  }

  @Override
  public String what() {
    return "ResNet-20 on a backlog, with and without 200 clients that send images over HTTP";
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
                "infer", PARTITIONS, Photographs.jpegs(32, 32, 100), bench.config().images(IMAGES));
    try (Race race = new Race(bench)) {
      enter(race, bench, ALONE, Contender.MILLRACE, feed);
      enter(race, bench, ASKED, Contender.MILLRACE_WITH_CLIENTS, feed);
      race.rehearse();
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
      }
      race.tell(name());
      bench.figure(
          "infer.over_alone",
          Medians.ratio(
              race.of(ASKED), Drained::imagesPerSecond, race.of(ALONE), Drained::imagesPerSecond),
          "",
          "the stream with 200 clients against the stream without");
    }
  }

  private static void enter(Race race, Bench bench, String name, Contender contender, Feed feed) {
    race.enter(
        name,
        contender,
        bench.settings(MODEL, Backend.ONNX, BATCH, false, Map.of()),
        feed,
        feed.images() / 4);
  }
}
