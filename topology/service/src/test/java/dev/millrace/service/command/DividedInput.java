package dev.millrace.service.command;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.List;

/** Models that normalise their input themselves. */
public final class DividedInput {

  private DividedInput() {}

  /** Returns a model with a division of its input. */
  public static ModelProto of(ModelProto model, float divisor) {
    ModelProto.Builder divided = model.toBuilder();
    GraphProto.Builder graph = divided.getGraphBuilder();
    String input = graph.getInput(0).getName();
    List<NodeProto> nodes = new ArrayList<>();
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("Div")
            .addInput(input)
            .addInput("divisor")
            .addOutput("divided")
            .build());
    for (NodeProto node : graph.getNodeList()) {
      NodeProto.Builder reader = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(input)) {
          reader.setInput(i, "divided");
        }
      }
      nodes.add(reader.build());
    }
    graph.clearNode().addAllNode(nodes);
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("divisor")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addFloatData(divisor));
    return divided.build();
  }
}
