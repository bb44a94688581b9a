package dev.millrace.onnx.quantize;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;

/**
 * Removes the attribute {@code dilations} of {@code AveragePool}, which exists since operator set
 * 19. ONNX Runtime's integer operator does not know it, but gets it from the float32 operator.
 */
final class PoolDilations {

  private PoolDilations() {}

  /**
   * {@return the model, in which no {@code AveragePool} has dilations}
   *
   * @throws ModelException if a dilation is not 1
   */
  static ModelProto removed(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = node.getAttributeCount() - 1; i >= 0; i--) {
        AttributeProto attribute = node.getAttribute(i);
        if (node.getOpType().equals("AveragePool") && attribute.getName().equals("dilations")) {
          if (attribute.getIntsList().stream().anyMatch(dilation -> dilation != 1)) {
            throw new ModelException(
                Network.title(node.build())
                    + " has dilations "
                    + attribute.getIntsList()
                    + ", but ONNX Runtime's integer AveragePool has none: serve the float32"
                    + " version");
          }
          node.removeAttribute(i);
        }
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }
}
