package dev.millrace.onnx;

import dev.millrace.core.resnet.Convolution;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxFormat.FloatType;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a network with each batch norm folded into the convolution before it. With {@code g =
 * weight / sqrt(running_var + epsilon)} per channel, the convolution's weights are multiplied by
 * {@code g}, and the convolution gets the bias {@code bias - running_mean * g}. A convolution is
 * therefore written when the batch norm after it is added.
 */
final class FoldedNetwork extends OnnxNetwork {

  private final Map<String, Waiting> waiting = new HashMap<>();

  private record Waiting(String input, Convolution shape) {}

  FoldedNetwork(OnnxGraph graph, Weights weights, FloatType floatType) {
    super(graph, weights, floatType);
  }

  @Override
  public String convolution(String name, String input, Convolution shape) {
    waiting.put(name, new Waiting(input, shape));
    return name;
  }

  @Override
  public String batchNorm(String name, String convolution, int channels) {
    Waiting folded = waiting.remove(convolution);
    double[] gains = gains(name, channels);
    WeightTensor weight = scaled(convolution + ".weight", folded.shape, gains);
    List<String> inputs =
        List.of(
            folded.input,
            weight(convolution + ".weight", weight),
            weight(convolution + ".bias", bias(name, gains)));
    return convolution(convolution, inputs, folded.shape);
  }

  private double[] gains(String name, int channels) {
    FloatBuffer weight = values(name + ".weight");
    FloatBuffer variance = values(name + ".running_var");
    double[] gains = new double[channels];
    for (int c = 0; c < channels; c++) {
      gains[c] = weight.get(c) / Math.sqrt(variance.get(c) + BATCH_NORM_EPSILON);
    }
    return gains;
  }

  private WeightTensor scaled(String name, Convolution shape, double[] gains) {
    FloatBuffer weight = values(name);
    float[] scaled = new float[weight.capacity()];
    int each = scaled.length / shape.to();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (weight.get(i) * gains[i / each]);
    }
    return new WeightTensor(
        List.of(shape.to(), shape.from(), shape.kernel(), shape.kernel()),
        FloatBuffer.wrap(scaled));
  }

  private WeightTensor bias(String name, double[] gains) {
    FloatBuffer bias = values(name + ".bias");
    FloatBuffer mean = values(name + ".running_mean");
    float[] folded = new float[gains.length];
    for (int c = 0; c < folded.length; c++) {
      folded[c] = (float) (bias.get(c) - mean.get(c) * gains[c]);
    }
    return new WeightTensor(List.of(folded.length), FloatBuffer.wrap(folded));
  }
}
