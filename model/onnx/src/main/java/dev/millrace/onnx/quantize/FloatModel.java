package dev.millrace.onnx.quantize;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.FreshNames;
import dev.millrace.onnx.OrtFailure;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Converts a prepared model to the float32 network that is quantised. */
final class FloatModel {

  private static final Set<String> QUANTISED =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "QLinearConv",
          "QLinearMatMul",
          "ConvInteger",
          "MatMulInteger");

  private static final long CONSTANT_WEIGHTS = 4;

  private FloatModel() {}

  /**
   * Folds constants and batch normalisations. Uses only those optimisations of ONNX Runtime that
   * are valid for all processors and produce only ONNX's own operators.
   *
   * @param prepared the bytes of a prepared model, which contains all of its weights
   * @return the network, which has at least one node that can be quantised
   * @throws ModelException if the model is already quantised, or has nothing that can be quantised
   */
  static Network of(byte[] prepared) {
    ModelProto folded = withEnding(folded(withConstantWeights(prepared)));
    Network network = new Network(PoolDilations.removed(OperatorSetUpgrade.of(folded)));
    for (NodeProto node : network.nodes()) {
      if (QUANTISED.contains(node.getOpType())) {
        throw new ModelException(
            "the model is already quantised ("
                + Network.title(node)
                + "): quantise the float32 model that it was made from");
      }
    }
    if (Plan.weighted(network).isEmpty()) {
      List<NodeProto> others = Plan.neverQuantised(network);
      if (!others.isEmpty()) {
        throw new ModelException(
            "the model has no layer that can be quantised: "
                + others.stream().map(Network::title).collect(Collectors.joining(", "))
                + (others.size() == 1
                    ? " stays in float32, because it computes"
                    : " stay in float32, because they compute")
                + " the logits or "
                + (others.size() == 1 ? "has" : "have")
                + " an unusual shape; serve the"
                + " float32 version");
      }
      throw new ModelException(
          "the model has no convolution or matrix product with constant float32 weights, so"
              + " there is nothing to quantise: import a float32 export of a network with such"
              + " layers");
    }
    return network;
  }

  /**
   * Removes the graph's inputs that have the name of a weight. With these inputs, a caller could
   * replace the weights, so ONNX Runtime would not fold them. Before format version {@value
   * #CONSTANT_WEIGHTS}, each weight needs such an input, so older files get this version.
   */
  private static byte[] withConstantWeights(byte[] prepared) {
    try {
      ModelProto model = ModelProto.parseFrom(prepared);
      Set<String> weights =
          model.getGraph().getInitializerList().stream()
              .map(TensorProto::getName)
              .collect(Collectors.toSet());
      List<ValueInfoProto> inputs =
          model.getGraph().getInputList().stream()
              .filter(input -> !weights.contains(input.getName()))
              .toList();
      return inputs.size() == model.getGraph().getInputCount()
          ? prepared
          : model.toBuilder()
              .setIrVersion(Math.max(model.getIrVersion(), CONSTANT_WEIGHTS))
              .setGraph(model.getGraph().toBuilder().clearInput().addAllInput(inputs))
              .build()
              .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException("the model is not an ONNX file: " + e.getMessage(), e);
    }
  }

  /**
   * Restores the Identity node at the end of the graph, which the folding removes. Every prepared
   * model has this node. Code that later changes the answers finds the end of the graph by this
   * node.
   */
  private static ModelProto withEnding(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    String answers = graph.getOutput(0).getName();
    String inner = new FreshNames(new Network(model).names()).take(answers + "_inner");
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      if (node.getOutputList().contains(answers)) {
        if (Network.is(node, "Identity")) {
          return model;
        }
        graph.setNode(i, node.toBuilder().setOutput(node.getOutputList().indexOf(answers), inner));
      }
    }
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName(answers)
            .addInput(inner)
            .addOutput(answers));
    return model.toBuilder().setGraph(graph).build();
  }

  private static ModelProto folded(byte[] prepared) {
    try {
      Path folder = Files.createTempDirectory("millrace-quantize");
      Path file = folder.resolve("folded.onnx");
      try {
        fold(prepared, file);
        return ModelProto.parseFrom(Files.readAllBytes(file));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new ModelException(
          "cannot write the folded model to the folder for temporary files ("
              + e
              + "); check that it is writable and has room",
          e);
    }
  }

  private static void fold(byte[] prepared, Path file) {
    var environment = OrtLibrary.environment();
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(OptLevel.BASIC_OPT);
      options.setOptimizedModelFilePath(file.toString());
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLibrary.LOG_LEVEL);
      OrtSession session = environment.createSession(prepared, options);
      session.close();
    } catch (OrtException e) {
      throw new ModelException(
          "ONNX Runtime cannot fold the model's constants: " + OrtFailure.line(e), e);
    }
  }
}
