package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.service.command.quantize.Picture;
import dev.millrace.service.command.quantize.Pictures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes two comparisons. Without Kafka, networks in 8-bit integers are compared with the same
 * networks in float32. With Kafka, Millrace with a quantised network is compared with this network
 * without Kafka. The two measurements of a comparison alternate. The weights are random, unless the
 * option {@code --data} names trained weights. The lost accuracy is measured only with trained
 * weights.
 */
final class Int8Part implements Part {

  private static final int PARTITIONS = 8;
  private static final int PICTURES = 100;
  private static final int BATCH = 8;
  private static final int PRACTICE_IMAGES = 60_000;

  /** A network, the size of its pictures in pixels, and the number of images in a run. */
  private record Entry(String arch, int width, int height, int images) {}

  private static final List<Entry> NETWORKS =
      List.of(
          new Entry("resnet50", 500, 375, 3_000),
          new Entry("resnet18", 500, 375, 6_000),
          new Entry("resnet20", 32, 32, 60_000));

  private final List<Entry> networks;

  /** Creates the part with all networks. */
  Int8Part() {
    this(NETWORKS);
  }

  private Int8Part(List<Entry> networks) {
    this.networks = networks;
  }

  /** Returns a part that measures only one network. */
  static Int8Part only(String arch) {
    return new Int8Part(NETWORKS.stream().filter(entry -> entry.arch.equals(arch)).toList());
  }

  @Override
  public String name() {
    return "int8";
  }

  @Override
  public String what() {
    return "ResNet-50, ResNet-18 and ResNet-20 in 8-bit integers, against float32 and with Kafka";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    for (Entry entry : networks) {
      measure(bench, entry);
    }
  }

  private static void measure(Bench bench, Entry entry) throws IOException, InterruptedException {
    String float32 = entry.arch + "-float32";
    List<byte[]> pictures = Photographs.jpegs(entry.width, entry.height, PICTURES);
    QuantizedNetwork int8 = quantized(bench, entry.arch, float32, pictures);
    Int8Figures figures = new Int8Figures(entry.arch, bench.listener());
    figures.loss(int8.judgement());
    Feed feed =
        bench.lab().fill(int8.model(), PARTITIONS, pictures, bench.config().images(entry.images));
    Feed practice =
        bench
            .lab()
            .fill(
                int8.model() + "-practice",
                PARTITIONS,
                Photographs.jpegs(32, 32, PICTURES),
                bench.config().images(PRACTICE_IMAGES));
    List<Limits> slow = new ArrayList<>();
    List<Limits> fast = new ArrayList<>();
    try (Race race = new Race(bench, practice)) {
      race.enter(
          "whole",
          Contender.MILLRACE,
          bench.settings(int8.model(), Backend.ONNX, BATCH, false, Map.of()),
          feed,
          feed.images() / 4);
      race.rehearse();
      Limits before = limit(bench, int8.model(), pictures);
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
        slow.add(limit(bench, float32, pictures));
        Limits after = limit(bench, int8.model(), pictures);
        fast.add(Limits.mean(before, after));
        before = after;
      }
      figures.speeds(slow, fast, race.of("whole"));
    }
  }

  /** Publishes a network and its quantised version. */
  private static QuantizedNetwork quantized(
      Bench bench, String arch, String name, List<byte[]> pictures) throws IOException {
    ResNet network = ResNet.of(arch);
    Optional<RealNetwork> real = RealNetwork.in(bench.config().data(), arch);
    if (real.isPresent()) {
      bench.lab().publish(name, real.get().onnx(network), network.size(), real.get().labels());
      return QuantizedNetwork.of(
          bench, name, real.get().images(line -> bench.progress("%s", line)));
    }
    bench.lab().publish(name, network);
    List<Picture> unknown =
        pictures.stream()
            .map(picture -> new Picture("generated", Picture.UNKNOWN, () -> picture))
            .toList();
    return QuantizedNetwork.of(bench, name, new Pictures("generated", false, unknown));
  }

  private static Limits limit(Bench bench, String model, List<byte[]> pictures)
      throws IOException, InterruptedException {
    Limits limits = Limits.best(bench, model, Backend.ONNX, pictures, BATCH);
    bench.progress(
        "%s: %,.1f images/s alone, with decoding %,.1f",
        model, limits.alone().imagesPerSecond(), limits.decoding().imagesPerSecond());
    return limits;
  }
}
