package dev.millrace.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * An ONNX file that contains all of its weights, or all except the large weights. {@link #input}
 * requires that the model has exactly one input.
 *
 * @param model the file's content
 * @param weights the folder of the weights that are in other files; null if there are none
 */
record OnnxFile(ModelProto model, Path weights) {

  /**
   * The oldest supported operator set (2017). Since then, operands of different shapes broadcast as
   * in NumPy.
   */
  private static final long OLDEST_OPSET = 7;

  static final Set<String> STANDARD_DOMAINS = Set.of("", "ai.onnx");

  /** Creates a file that contains all of its weights. */
  OnnxFile(ModelProto model) {
    this(model, null);
  }

  /**
   * Reads a file for preparation that contains all of its weights.
   *
   * @param bytes the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @throws ModelException if the file is not an ONNX file, or cannot be prepared
   */
  static OnnxFile parse(byte[] bytes) {
    return read(bytes).preparable();
  }

  /**
   * Reads a file for preparation whose weights may be in other files.
   *
   * @param bytes the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @param weights the folder with the other files
   * @throws ModelException if the file is not an ONNX file, or cannot be prepared
   */
  static OnnxFile parse(byte[] bytes, ExternalData weights) {
    ModelProto embedded = weights.embedded(content(bytes), bytes.length);
    return new OnnxFile(embedded, weights.folder()).preparable();
  }

  /**
   * Reads any ONNX file.
   *
   * @param bytes the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @throws ModelException if the file is not an ONNX file, or is incomplete
   */
  static OnnxFile read(byte[] bytes) {
    OnnxFile file = new OnnxFile(content(bytes));
    file.refuseExternalData();
    return file;
  }

  /**
   * Reads the content of any ONNX file.
   *
   * @param bytes the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @throws ModelException if the bytes are not an ONNX file
   */
  static ModelProto content(byte[] bytes) {
    ModelProto model;
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      in.enableAliasing(true);
      model = ModelProto.parseFrom(in);
    } catch (IOException e) {
      throw notOnnx(e);
    }
    if (!model.hasIrVersion() || model.getGraph().getNodeCount() == 0) {
      throw notOnnx(null);
    }
    return model;
  }

  private OnnxFile preparable() {
    refuseOpset();
    if (PreparedMark.read(model).isPresent()) {
      throw new ModelException(
          "the file was already prepared by Millrace: import the file it was made from");
    }
    return this;
  }

  /**
   * {@return the version of ONNX's own operator set that the file uses; 0 if the file does not name
   * a version}
   */
  long opset() {
    return model.getOpsetImportList().stream()
        .filter(opset -> STANDARD_DOMAINS.contains(opset.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  /** {@return the only input that is not a weight} */
  ValueInfoProto input() {
    Set<String> weights = new HashSet<>();
    graph().getInitializerList().forEach(weight -> weights.add(weight.getName()));
    graph().getSparseInitializerList().forEach(weight -> weights.add(weight.getValues().getName()));
    return only(
        "input",
        graph().getInputList().stream()
            .filter(input -> !weights.contains(input.getName()))
            .toList());
  }

  /**
   * {@return whether Millrace wrote the file from a network, so that {@code output} holds logits}
   */
  boolean isOwn(String output) {
    return model.getProducerName().equals(OnnxGraph.PRODUCER) && output.equals(OnnxNetwork.LOGITS);
  }

  GraphProto graph() {
    return model.getGraph();
  }

  /** {@return the names of all values and nodes, including those in subgraphs} */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    visit(
        model,
        message -> {
          if (message instanceof NodeProto node) {
            names.add(node.getName());
            names.addAll(node.getInputList());
            names.addAll(node.getOutputList());
          } else if (message instanceof ValueInfoProto value) {
            names.add(value.getName());
          } else if (message instanceof TensorProto tensor) {
            names.add(tensor.getName());
          }
        });
    return names;
  }

  /** {@return the file with other content, whose weights are in the same folder} */
  OnnxFile with(ModelProto changed) {
    return new OnnxFile(changed, weights);
  }

  /** {@return the file for ONNX Runtime} */
  SerializedModel serialized() {
    return new SerializedModel(model.toByteArray(), weights);
  }

  private void refuseExternalData() {
    ExternalTensor.replaceAll(
        model,
        tensor -> {
          ExternalTensor weight = new ExternalTensor(tensor);
          throw new ModelException(
              "weight "
                  + weight.name()
                  + " is stored in another file ("
                  + weight.file()
                  + "): export the model as one file, with its weights inside");
        });
  }

  private void refuseOpset() {
    if (opset() < OLDEST_OPSET) {
      throw new ModelException(
          (opset() == 0
                  ? "the model declares no operator set of ONNX"
                  : "the model uses operator set " + opset())
              + ", but the oldest supported one is "
              + OLDEST_OPSET
              + ": export it again, best with opset 13 or newer");
    }
  }

  private static ValueInfoProto only(String what, List<ValueInfoProto> values) {
    if (values.size() == 1) {
      return values.get(0);
    }
    String found =
        values.isEmpty()
            ? "no " + what
            : values.size()
                + " "
                + what
                + "s ("
                + OneLine.of(
                    values.stream().map(ValueInfoProto::getName).collect(Collectors.joining(", ")))
                + ")";
    throw new ModelException(
        "the model has "
            + found
            + ": export one that takes one batch of images and returns one row of scores per"
            + " image");
  }

  /**
   * Passes a message and all messages inside it to the visitor. The recursion is safe, because
   * protobuf's parser limits the nesting of messages to 100 levels.
   */
  private static void visit(Message message, Consumer<Message> visitor) {
    visitor.accept(message);
    for (Object field : message.getAllFields().values()) {
      if (field instanceof Message child) {
        visit(child, visitor);
      } else if (field instanceof Collection<?> children) {
        for (Object child : children) {
          if (!(child instanceof Message next)) {
            break;
          }
          visit(next, visitor);
        }
      }
    }
  }

  private static ModelException notOnnx(Throwable cause) {
    return new ModelException(
        "the file is not an ONNX model, or is truncated: export or copy it again", cause);
  }
}
