package dev.millrace.trainer.torch;

import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Restores the statistics of batch norms from which an exporter has removed them. An exporter that
 * folds a batch norm merges mean and variance into weight and bias, and leaves the mean 0 and the
 * variance 1. The network answers as before, because a served batch norm normalises by the stored
 * statistics. In a training step, a batch norm normalises by the batch's statistics, and the folded
 * weight and bias then belong to another scale, so that the training begins with a broken network.
 *
 * <p>For an input with mean {@code m} and variance {@code v}, the batch norm gets these statistics,
 * the weight {@code w * sqrt((v + e) / (1 + e))} and the bias {@code b + w * m / sqrt(1 + e)},
 * where {@code e} is the batch norm's epsilon. Its output stays the same.
 */
final class FoldedNorms {

  private static final String MEAN = ".running_mean";
  private static final String VARIANCE = ".running_var";

  /** Exporters that make the folded batch norm an exact identity leave 1 - epsilon. */
  private static final double TOLERANCE = 2 * ForwardPass.EPSILON;

  private static final long[] ALL_BUT_CHANNELS = {0, 2, 3};
  private static final long[] BY_CHANNEL = {1, -1, 1, 1};

  private FoldedNorms() {}

  /** {@return the names of the folded batch norms} */
  static List<String> of(Weights weights) {
    return weights.names().stream()
        .filter(name -> name.endsWith(MEAN))
        .map(name -> name.substring(0, name.length() - MEAN.length()))
        .filter(name -> areAll(weights.get(name + MEAN), 0, 0))
        .filter(name -> areAll(weights.get(name + VARIANCE), 1, TOLERANCE))
        .toList();
  }

  private static boolean areAll(WeightTensor tensor, double value, double tolerance) {
    FloatBuffer values = tensor.values();
    return IntStream.range(0, tensor.size())
        .allMatch(i -> Math.abs(values.get(i) - value) <= tolerance);
  }

  /**
   * Restores one batch norm.
   *
   * @param tensors the network's tensors, which this method changes
   * @param name the batch norm
   * @param input the batch norm's input, {@code float32[images, channels, height, width]}
   */
  static void restore(NetworkTensors tensors, String name, Tensor input) {
    Tensor mean = input.mean(ALL_BUT_CHANNELS);
    Tensor variance = input.sub(mean.view(BY_CHANNEL)).square().mean(ALL_BUT_CHANNELS);
    Tensor weight = tensors.get(name + ".weight");
    Scalar epsilon = new Scalar(ForwardPass.EPSILON);
    double norm = Math.sqrt(1 + ForwardPass.EPSILON);
    tensors.get(name + ".bias").add_(weight.mul(mean), new Scalar(1 / norm));
    weight.mul_(variance.add(epsilon).sqrt().mul(new Scalar(1 / norm)));
    tensors.get(name + MEAN).copy_(mean);
    tensors.get(name + VARIANCE).copy_(variance);
  }
}
