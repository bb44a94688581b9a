package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the speed of Millrace with the speed of the model without Kafka, for a residual network.
 * For some networks, Millrace on the CPU is also compared with its alternatives. On a GPU, the
 * model's speed is measured without decoding, because decoding does not use the GPU.
 */
final class ResNetPart implements Part {

  private static final int PARTITIONS = 8;
  private static final int PICTURES = 100;
  private static final int BATCH = 8;
  private static final int PRACTICE_IMAGES = 60_000;
  // On a GPU, a run has this many times as many images as on the CPU. Otherwise it would be too
  // short to measure.
  private static final int TIMES_ON_GPUS = 20;

  private final String name;
  private final String arch;
  private final OnnxFormat format;
  private final int width;
  private final int height;
  private final int images;
  private final boolean peers;

  /**
   * Creates a part for one network.
   *
   * @param arch name of the network in the ResNet family
   * @param width width of the pictures, in pixels
   * @param height height of the pictures, in pixels
   * @param images number of images in a run; the first quarter is not measured
   * @param peers whether the alternatives to Millrace are measured, too
   */
  ResNetPart(String arch, int width, int height, int images, boolean peers) {
    this(arch, arch, OnnxFormat.EXACT, width, height, images, peers);
  }

  private ResNetPart(
      String name,
      String arch,
      OnnxFormat format,
      int width,
      int height,
      int images,
      boolean peers) {
    this.name = name;
    this.arch = arch;
    this.format = format;
    this.width = width;
    this.height = height;
    this.images = images;
    this.peers = peers;
  }

  /** Returns the part for this network in half precision, which runs on GPUs only. */
  ResNetPart halved() {
    return new ResNetPart(
        name + "_fp16",
        arch,
        new OnnxFormat(FloatType.FP16, BatchNorm.FOLDED),
        width,
        height,
        images,
        false);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return format.floatType() == FloatType.FP32 || device == Device.Kind.CUDA;
  }

  @Override
  public String what() {
    return (format.floatType() == FloatType.FP16 ? "in half precision, " : "")
        + "JPEG of "
        + width
        + "x"
        + height
        + " in, JSON out, against the model alone"
        + (peers ? " and the alternatives" : "");
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(name, ResNet.of(arch), format);
    List<byte[]> pictures = Photographs.jpegs(width, height, PICTURES);
    int count = bench.config().images(bench.config().isOnGpus() ? TIMES_ON_GPUS * images : images);
    Feed feed = bench.lab().fill(name, PARTITIONS, pictures, count);
    try (Race race = new Race(bench, practice(bench, feed))) {
      enter(race, bench, feed);
      race.rehearse();
      List<Limits> limits = new ArrayList<>();
      Limits before = limit(bench, pictures);
      for (int round = 0; round < bench.config().rounds(); round++) {
        race.round(round);
        Limits after = limit(bench, pictures);
        limits.add(Limits.mean(before, after));
        before = after;
      }
      race.tell(name);
      tell(
          bench,
          race,
          limits.stream().map(Limits::alone).toList(),
          limits.stream().map(Limits::decoding).toList());
    }
  }

  private Limits limit(Bench bench, List<byte[]> pictures)
      throws IOException, InterruptedException {
    Limits limits = Limits.best(bench, name, Backend.ONNX, pictures, BATCH);
    bench.progress(
        "limit: %,.1f images/s, with decoding %,.1f",
        limits.alone().imagesPerSecond(), limits.decoding().imagesPerSecond());
    return limits;
  }

  /**
   * Returns the images for the practice. With few images, the JVM would not compile enough code
   * during the practice. So a part with few images practises with 60,000 small images instead of
   * the part's own images.
   */
  private Feed practice(Bench bench, Feed feed) throws InterruptedException {
    if (images >= PRACTICE_IMAGES) {
      return feed;
    }
    return bench
        .lab()
        .fill(
            name + "-practice",
            PARTITIONS,
            Photographs.jpegs(32, 32, PICTURES),
            bench.config().images(PRACTICE_IMAGES));
  }

  private void enter(Race race, Bench bench, Feed feed) {
    int unmeasured = feed.images() / 4;
    enter(race, bench, feed, unmeasured, "whole", Contender.MILLRACE, false);
    enter(race, bench, feed, unmeasured, "whole_exactly_once", Contender.MILLRACE, true);
    if (peers && !bench.config().isOnGpus()) {
      enter(race, bench, feed, unmeasured, "map_values", Contender.MAP_VALUES, false);
      enter(race, bench, feed, unmeasured, "map_values_exactly_once", Contender.MAP_VALUES, true);
      enter(race, bench, feed, unmeasured, "poll_loop", Contender.POLL_LOOP, false);
      enter(race, bench, feed, unmeasured, "parallel_consumer", Contender.PARALLEL_CONSUMER, false);
      enter(race, bench, feed, unmeasured, "flink", Contender.FLINK, false);
      enter(race, bench, feed, unmeasured, "flink_exactly_once", Contender.FLINK, true);
    }
  }

  private void enter(
      Race race,
      Bench bench,
      Feed feed,
      int unmeasured,
      String entry,
      Contender contender,
      boolean exactlyOnce) {
    race.enter(
        entry,
        contender,
        bench.settings(name, Backend.ONNX, BATCH, exactlyOnce, Map.of()),
        feed,
        unmeasured);
  }

  private void tell(Bench bench, Race race, List<Limit.Rate> alone, List<Limit.Rate> decoding) {
    bench.figure(
        name + ".limit",
        Medians.of(alone, Limit.Rate::imagesPerSecond),
        "images/s",
        "the session alone, on prepared tensors");
    boolean gpu = bench.config().isOnGpus();
    if (!gpu) {
      bench.figure(
          name + ".limit_with_decode",
          Medians.of(decoding, Limit.Rate::imagesPerSecond),
          "images/s",
          "the session and the decoder on the same cores");
    }
    bench.figure(
        name + ".decode_cpu",
        Medians.of(decoding, Limit.Rate::decodeMillis),
        "ms/image",
        "processor time of decoding, at the limit");
    bench.figure(
        name + ".run_cpu",
        Medians.of(decoding, Limit.Rate::runMillis),
        "ms/image",
        "processor time of running, at the limit");
    for (String suffix : List.of("", "_exactly_once")) {
      List<Drained> whole = race.of("whole" + suffix);
      bench.figure(
          name + ".whole_over_limit" + suffix,
          Medians.ratio(
              whole, Drained::imagesPerSecond, gpu ? alone : decoding, Limit.Rate::imagesPerSecond),
          "",
          gpu ? "against the session alone" : "against the session and the decoder");
      bench.figure(
          name + ".whole_over_session" + suffix,
          Medians.ratio(whole, Drained::imagesPerSecond, alone, Limit.Rate::imagesPerSecond),
          "",
          "against the session alone");
      bench.figure(
          name + ".own_cpu_over_irreducible" + suffix,
          Medians.ratio(
                  whole, Drained::cpuMillisPerImage, whole, Drained::irreducibleMillisPerImage)
              - 1,
          "",
          "processor time beyond decoding and running, relative to theirs, in one process");
    }
    if (peers && !bench.config().isOnGpus()) {
      bench.figure(
          name + ".over_best_peer",
          race.overBestPeer("whole", Optional.empty()),
          "",
          "against the fastest alternative with any guarantee");
      bench.figure(
          name + ".over_best_peer_at_least_once",
          race.overBestPeer("whole", Optional.of(false)),
          "",
          "against the fastest alternative with at least once");
      bench.figure(
          name + ".over_best_peer_exactly_once",
          race.overBestPeer("whole_exactly_once", Optional.of(true)),
          "",
          "against the fastest alternative with exactly once");
    }
  }
}
