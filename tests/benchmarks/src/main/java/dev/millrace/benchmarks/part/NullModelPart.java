package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures the cost of the pipeline itself. It compares two programs that neither decode images nor
 * run a real model: Millrace with a model that returns a constant answer, and a Kafka Streams
 * topology that writes a constant prediction for each record.
 */
final class NullModelPart implements Part {

  private static final String MODEL = "constant";
  private static final int PARTITIONS = 8;
  private static final int BATCH = 8;

  @Override
  public String name() {
    return "null_model";
  }

  @Override
  public String what() {
    return "a constant model without decoding, against Kafka Streams that writes a constant";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    measure(bench, "3kb", 3_000, 800_000);
    measure(bench, "100kb", 100_000, 60_000);
  }

  private static void measure(Bench bench, String size, int bytes, int images)
      throws IOException, InterruptedException {
    String part = "null_model." + size;
    Feed feed =
        bench
            .lab()
            .fill("null-" + size, PARTITIONS, payloads(bytes), bench.config().images(images));
    try (Race race = new Race(bench)) {
      for (boolean exactlyOnce : List.of(false, true)) {
        String suffix = exactlyOnce ? "_exactly_once" : "";
        enter(race, bench, "whole" + suffix, Contender.MILLRACE, exactlyOnce, feed);
        enter(race, bench, "constant" + suffix, Contender.CONSTANT_TOPOLOGY, exactlyOnce, feed);
      }
      race.rehearse();
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
      }
      race.tell(part);
      for (String suffix : List.of("", "_exactly_once")) {
        bench.figure(
            part + ".over_constant" + suffix,
            Medians.ratio(
                race.of("whole" + suffix),
                Drained::imagesPerSecond,
                race.of("constant" + suffix),
                Drained::imagesPerSecond),
            "",
            "against Kafka Streams that writes a constant");
      }
    }
  }

  private static List<byte[]> payloads(int bytes) {
    Random random = new Random(1);
    List<byte[]> payloads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] payload = new byte[bytes];
      random.nextBytes(payload);
      payloads.add(payload);
    }
    return payloads;
  }

  private static void enter(
      Race race, Bench bench, String name, Contender contender, boolean exactlyOnce, Feed feed) {
    race.enter(
        name,
        contender,
        bench.settings(MODEL, Backend.CONSTANT, BATCH, exactlyOnce, Map.of()),
        feed,
        feed.images() / 4);
  }
}
