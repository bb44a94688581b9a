package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.Processor;
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
    tell(bench, "int8." + entry.arch + "_top1_loss", int8);
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
      tell(bench, "int8." + entry.arch, slow, fast, race.of("whole"));
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

  private static void tell(Bench bench, String figure, QuantizedNetwork int8) {
    if (int8.judgement().isEmpty()) {
      bench.progress(
          "%s is not measured, because the weights are random: name trained ones with --data",
          figure);
      return;
    }
    Judgement judgement = int8.judgement().get();
    bench.figure(figure, judgement.loss(), "points", QuantizedNetwork.text(judgement));
  }

  private static Limits limit(Bench bench, String model, List<byte[]> pictures)
      throws IOException, InterruptedException {
    Limits limits = Limits.best(bench, model, Backend.ONNX, pictures, BATCH);
    bench.progress(
        "%s: %,.1f images/s alone, with decoding %,.1f",
        model, limits.alone().imagesPerSecond(), limits.decoding().imagesPerSecond());
    return limits;
  }

  private static void tell(
      Bench bench, String prefix, List<Limits> slow, List<Limits> fast, List<Drained> whole) {
    List<Limit.Rate> alone = fast.stream().map(Limits::alone).toList();
    List<Limit.Rate> decoding = fast.stream().map(Limits::decoding).toList();
    List<Limit.Rate> float32 = slow.stream().map(Limits::alone).toList();
    bench.figure(
        prefix + "_limit",
        Medians.of(alone, Limit.Rate::imagesPerSecond),
        "images/s",
        "the quantised session alone, on prepared tensors");
    bench.figure(
        prefix + "_over_float32",
        Medians.ratio(alone, Limit.Rate::imagesPerSecond, float32, Limit.Rate::imagesPerSecond),
        "",
        "the quantised session against the float32 session, on " + Processor.ofThisMachine());
    bench.figure(
        prefix + "_decode_over_run",
        Medians.ratio(decoding, Limit.Rate::decodeMillis, decoding, Limit.Rate::runMillis),
        "",
        "processor time of decoding against that of running, at the limit");
    bench.figure(
        prefix + "_whole",
        Medians.of(whole, Drained::imagesPerSecond),
        "images/s",
        "Millrace with the quantised network");
    bench.figure(
        prefix + "_whole_over_limit",
        Medians.ratio(whole, Drained::imagesPerSecond, decoding, Limit.Rate::imagesPerSecond),
        "",
        "against the quantised session and the decoder");
  }
}
