package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.crayfish.CrayfishEvent;
import dev.millrace.benchmarks.crayfish.FeedForwardNetwork;
import dev.millrace.benchmarks.lab.AppendTimes;
import dev.millrace.benchmarks.lab.Lab;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A workload of Crayfish: a network, and events with one data point each.
 *
 * @param model name of the network
 * @param side side of the network's square input, in pixels
 * @param channels channels of the network's input
 * @param events number of events whose throughput is measured
 * @param different number of different data points
 * @param perSecond events per second while latency is measured
 * @param published the throughput that Crayfish's authors published
 */
record CrayfishWorkload(
    String model,
    int side,
    Channels channels,
    int events,
    int different,
    double perSecond,
    String published) {

  /** Crayfish's small network. 512 events/s is the lowest input rate of Crayfish's comparison. */
  static final CrayfishWorkload FFNN =
      new CrayfishWorkload(
          "ffnn",
          FeedForwardNetwork.SIDE,
          Channels.GREY,
          60_000,
          100,
          512,
          "the paper: 1,619 to 1,911 with Kafka Streams");

  /** ResNet-50. The input rate is a little below the rate that the paper's Flink sustained. */
  static final CrayfishWorkload RESNET50 =
      new CrayfishWorkload("resnet50", 224, Channels.RGB, 200, 10, 2, "the paper: 2.17 with Flink");

  /** The fewest events with which throughput can be measured. */
  static final int FEWEST = 20;

  /** Publishes the network with random weights. */
  void publish(Lab lab) throws IOException {
    // The input is not normalised further, as in Crayfish.
    List<Float> zeros = Collections.nCopies(channels.count(), 0f);
    List<Float> ones = Collections.nCopies(channels.count(), 1f);
    Preprocessing preprocessing =
        new Preprocessing(
            side,
            side,
            side,
            Preprocessing.Fit.CROP,
            Preprocessing.Interpolation.BILINEAR,
            Preprocessing.Exif.APPLY,
            channels,
            Preprocessing.UNIT_SCALE,
            zeros,
            ones);
    if (model.equals(FFNN.model)) {
      lab.publishWithOriginal(
          model, FeedForwardNetwork.write(), preprocessing, FeedForwardNetwork.CLASSES);
    } else {
      ResNet network = ResNet.of(model);
      lab.publishWithOriginal(
          model,
          ResNetOnnx.write(network, HeInitialization.of(network, 1), OnnxFormat.EXACT),
          preprocessing,
          network.classes());
    }
  }

  /**
   * Returns events with random data points. Crayfish's numbers are random between 0 and 1. These
   * numbers are random multiples of 1/255, so that Millrace's 8-bit pixels hold them exactly.
   */
  List<byte[]> points() throws IOException {
    Random random = new Random(1);
    List<byte[]> points = new ArrayList<>();
    for (int i = 0; i < different; i++) {
      float[] values = new float[channels.count() * side * side];
      for (int j = 0; j < values.length; j++) {
        values[j] = random.nextInt(256) / 255f;
      }
      points.add(new CrayfishEvent(System.currentTimeMillis(), values).json());
    }
    return points;
  }

  /** Returns JPEG files of the network's size in pixels. */
  List<byte[]> pictures() {
    return Photographs.jpegs(side, side, different);
  }

  /**
   * Returns a source of events. Each event is a copy of one of these events, with the time at which
   * the copy was created.
   */
  static AppendTimes.Events stamped(List<byte[]> points) {
    return (number, created) ->
        CrayfishEvent.createdAt(created, points.get(number % points.size()));
  }
}
