package dev.millrace.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights that a file does not store, because its graph computes them from smaller constants, for
 * example from codes and a codebook. This class runs the computing nodes in ONNX Runtime.
 *
 * @param tensors the computed weights by their names in the graph; empty if no weight is computed
 * @param ingredients names of the constants from which the weights are computed
 */
record ComputedWeights(Map<String, WeightTensor> tensors, Set<String> ingredients) {

  /** Operators whose second and later inputs are weights. */
  private static final Set<String> USERS = Set.of("Conv", "Gemm", "MatMul", "BatchNormalization");

  /**
   * Computes the weights of a file.
   *
   * @throws ModelException if the weights cannot be computed
   */
  static ComputedWeights of(ModelProto model) {
    GraphProto graph = model.getGraph();
    Set<String> constant = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      constant.add(tensor.getName());
    }
    GraphProto.Builder computation =
        GraphProto.newBuilder().setName("weights").addAllInitializer(graph.getInitializerList());
    Set<String> computed = new HashSet<>();
    Set<String> ingredients = new HashSet<>();
    Set<String> wanted = new LinkedHashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      if (!node.getOpType().equals("Identity") && constant.containsAll(node.getInputList())) {
        computation.addNode(node);
        constant.addAll(node.getOutputList());
        computed.addAll(node.getOutputList());
        ingredients.addAll(node.getInputList());
      } else if (USERS.contains(node.getOpType())) {
        node.getInputList().stream().skip(1).filter(computed::contains).forEach(wanted::add);
      }
    }
    if (wanted.isEmpty()) {
      return new ComputedWeights(Map.of(), Set.of());
    }
    wanted.forEach(name -> computation.addOutput(Tensor.shapeless(name, DataType.FLOAT)));
    return new ComputedWeights(
        run(model.toBuilder().setGraph(computation).build(), wanted), ingredients);
  }

  private static Map<String, WeightTensor> run(ModelProto model, Set<String> wanted) {
    Map<String, WeightTensor> weights = new LinkedHashMap<>();
    try (OrtSession session = OrtSessions.open(model.toByteArray(), Device.CPU);
        OrtSession.Result result = session.run(Map.of())) {
      for (String name : wanted) {
        OnnxValue value = result.get(name).orElseThrow();
        if (value instanceof OnnxTensor tensor) {
          List<Integer> shape =
              Arrays.stream(tensor.getInfo().getShape()).mapToObj(Math::toIntExact).toList();
          weights.put(name, new WeightTensor(shape, tensor.getFloatBuffer()));
        }
      }
      return weights;
    } catch (OrtException e) {
      throw new ModelException(
          "the file's weights cannot be computed (" + OrtFailure.line(e) + "): export it again", e);
    }
  }
}
