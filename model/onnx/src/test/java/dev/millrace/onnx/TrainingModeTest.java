package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the import of a network that was exported in training mode. */
class TrainingModeTest {

  private static final String PROBLEM = "its batch norms are in training mode, so its answers are";
  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final Labels LABELS =
      new Labels(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));

  /** Returns a network for one image, whose batch norms have further outputs. */
  private static ModelProto model(int opset, int outputs, boolean training)
      throws InvalidProtocolBufferException {
    ModelProto.Builder model =
        ModelProto.parseFrom(ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1)))
            .toBuilder();
    model.getOpsetImportBuilder(0).setVersion(opset);
    GraphProto.Builder graph = model.getGraphBuilder();
    graph
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .setDimValue(1);
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      if (node.getOpType().equals("BatchNormalization")) {
        for (int i = 1; i < outputs; i++) {
          node.addOutput(node.getOutput(0) + "/" + i);
        }
        if (training) {
          node.addAttribute(Attribute.integer("training_mode", 1));
        }
      }
    }
    return model.build();
  }

  private static String summary(ModelProto model) {
    Preprocessing preprocessing =
        new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    return ModelPreparation.prepare(model.toByteArray(), preprocessing, LABELS).toString();
  }

  /** Before operator set 14, a batch norm in training mode has no attribute. */
  @ParameterizedTest
  @CsvSource({"14, 3, true", "13, 5, false"})
  void batchNormsInTrainingMode_areSaid(int opset, int outputs, boolean training)
      throws InvalidProtocolBufferException {
    assertThat(summary(model(opset, outputs, training)))
        .contains(", one image per run because " + PROBLEM);
  }

  @Test
  void batchNormsInEvaluationMode_takeBatches() throws InvalidProtocolBufferException {
    assertThat(summary(model(14, 1, false)))
        .doesNotContain(PROBLEM)
        .contains(", batch axis opened");
  }
}
