package dev.millrace.onnx;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.proto.TensorProto.DataType;

/**
 * Writes residual networks as ONNX files. A written file takes normalised images {@code input
 * [batch, channels, size, size]} and returns {@code logits [batch, classes]}. The batch size is
 * dynamic. The element type of input and logits is the format's precision.
 */
public final class ResNetOnnx {

  private static final String INPUT = "input";

  private ResNetOnnx() {}

  /**
   * Writes a file in the format {@link OnnxFormat#EXACT}.
   *
   * @param network the network
   * @param weights the weights, as {@link ResNet#fit} accepts them
   * @return the file's bytes
   * @throws dev.millrace.core.model.ModelException if the weights belong to another network
   */
  public static byte[] write(ResNet network, Weights weights) {
    return write(network, weights, OnnxFormat.EXACT);
  }

  /**
   * Writes a file.
   *
   * @param network the network
   * @param weights the weights, as {@link ResNet#fit} accepts them
   * @param format the precision, and whether batch norms are kept or folded
   * @return the file's bytes
   * @throws dev.millrace.core.model.ModelException if the weights belong to another network, or a
   *     weight is too large for the precision
   */
  public static byte[] write(ResNet network, Weights weights, OnnxFormat format) {
    OnnxGraph graph = new OnnxGraph(network.name());
    Weights fitting = network.fit(weights);
    OnnxNetwork builder =
        switch (format.batchNorm()) {
          case KEPT -> new OnnxNetwork(graph, fitting, format.floatType());
          case FOLDED -> new FoldedNetwork(graph, fitting, format.floatType());
        };
    DataType elements = format.floatType() == FloatType.FP16 ? DataType.FLOAT16 : DataType.FLOAT;
    int size = network.size();
    String input =
        graph.input(Tensor.value(INPUT, elements, Tensor.BATCH, network.channels(), size, size));
    String logits = network.build(builder, input);
    graph.output(Tensor.value(logits, elements, Tensor.BATCH, network.classes()));
    return graph.model().toByteArray();
  }
}
