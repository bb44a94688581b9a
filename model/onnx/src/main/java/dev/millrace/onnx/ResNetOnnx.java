package dev.millrace.onnx;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxFormat.Precision;
import dev.millrace.onnx.proto.TensorProto.DataType;

/**
 * Writes residual networks as ONNX files: {@code input [batch, channels, size, size]}, normalised,
 * to {@code logits [batch, classes]}, with a dynamic batch, both of the format's precision.
 */
public final class ResNetOnnx {

  private static final String INPUT = "input";

  private ResNetOnnx() {}

  /** Writes {@link OnnxFormat#EXACT}ly what the weights are. */
  public static byte[] write(ResNet network, Weights weights) {
    return write(network, weights, OnnxFormat.EXACT);
  }

  /**
   * Writes a file.
   *
   * @param weights as {@link ResNet#fit} takes them
   * @throws dev.millrace.core.model.ModelException if they are another network's, or beyond what
   *     the precision holds
   */
  public static byte[] write(ResNet network, Weights weights, OnnxFormat format) {
    OnnxGraph graph = new OnnxGraph(network.name());
    Weights fitting = network.fit(weights);
    OnnxNetwork builder =
        switch (format.batchNorm()) {
          case KEPT -> new OnnxNetwork(graph, fitting, format.precision());
          case FOLDED -> new FoldedNetwork(graph, fitting, format.precision());
        };
    DataType elements = format.precision() == Precision.FP16 ? DataType.FLOAT16 : DataType.FLOAT;
    int size = network.size();
    String input =
        graph.input(Tensor.value(INPUT, elements, Tensor.BATCH, network.channels(), size, size));
    String logits = network.build(builder, input);
    graph.output(Tensor.value(logits, elements, Tensor.BATCH, network.classes()));
    return graph.model().toByteArray();
  }
}
