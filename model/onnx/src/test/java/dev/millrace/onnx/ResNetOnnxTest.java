package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.testing.SharedData;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs written networks in ONNX Runtime. */
class ResNetOnnxTest {

  private static final OnnxFormat FOLDED = new OnnxFormat(FloatType.FP32, BatchNorm.FOLDED);
  private static final ResNet RESNET20 = ResNet.of("resnet20");

  /**
   * With published weights, a written ResNet-20 returns the same logits as PyTorch. Its shortcuts
   * are padded with zeros (option A of He et al.).
   */
  @ParameterizedTest
  @CsvSource({"FP32, KEPT, 1e-4", "FP32, FOLDED, 1e-4", "FP16, KEPT, 0.05", "FP16, FOLDED, 0.05"})
  void resnet20_answersPytorchsLogits(FloatType floatType, BatchNorm batchNorm, float tolerance)
      throws Exception {
    Weights weights = WeightsFile.read(SharedData.file("golden/cifar10_resnet20_state.npz"));
    NumpyArchive golden = new NumpyArchive(SharedData.file("golden/cifar10_resnet20.npz"));

    byte[] onnx = ResNetOnnx.write(RESNET20, weights, new OnnxFormat(floatType, batchNorm));

    assertThat(Logits.of(onnx, golden.floats("input"), 3, 32))
        .containsExactly(golden.floats("logits"), within(tolerance));
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.core.resnet.ResNet#names")
  void everyMember_runs_andFoldingChangesNothing(String name) throws Exception {
    for (Shortcut shortcut : Shortcut.values()) {
      ResNet network = Networks.narrow(name).withShortcut(shortcut);
      Weights weights = Networks.weights(network);
      float[] images = Networks.images(network, 2);

      float[] kept = Logits.of(ResNetOnnx.write(network, weights), images, 3, 32);
      float[] folded = Logits.of(ResNetOnnx.write(network, weights, FOLDED), images, 3, 32);

      assertThat(kept).hasSize(2 * network.classes());
      assertThat(folded).containsExactly(kept, within(1e-4f * largest(kept)));
      assertThat(kept[0]).isNotEqualTo(kept[network.classes()]);
    }
  }

  @Test
  void weights_bearTorchvisionsNames() throws Exception {
    ResNet network = Networks.narrow("resnet50");
    ModelProto model = ModelProto.parseFrom(ResNetOnnx.write(network, Networks.weights(network)));

    assertThat(model.getGraph().getInitializerList())
        .extracting(TensorProto::getName)
        .containsExactlyElementsOf(network.parameters().stream().map(Parameter::name).toList());
    assertThat(model.getGraph().getInput(0).getName()).isEqualTo("input");
    assertThat(model.getGraph().getOutput(0).getName()).isEqualTo("logits");
  }

  @Test
  void folded_hasNoBatchNorm() throws Exception {
    ResNet network = Networks.narrow("resnet18");
    ModelProto model =
        ModelProto.parseFrom(ResNetOnnx.write(network, Networks.weights(network), FOLDED));

    assertThat(model.getGraph().getNodeList())
        .extracting(NodeProto::getOpType)
        .contains("Conv", "Add", "Relu", "MaxPool")
        .doesNotContain("BatchNormalization");
    assertThat(model.getGraph().getInitializerList())
        .extracting(TensorProto::getName)
        .hasSize(2 * 21)
        .startsWith("conv1.weight", "conv1.bias", "layer1.0.conv1.weight", "layer1.0.conv1.bias")
        .contains("layer2.0.downsample.0.bias");
  }

  @Test
  void batch_isDynamic() throws Exception {
    ResNet network = Networks.narrow("resnet20");
    byte[] onnx = ResNetOnnx.write(network, Networks.weights(network));
    float[] images = Networks.images(network, 3);

    float[] together = Logits.of(onnx, images, 3, 32);
    float[] last =
        Logits.of(onnx, Arrays.copyOfRange(images, 2 * 3 * 32 * 32, images.length), 3, 32);

    assertThat(last)
        .containsExactly(Arrays.copyOfRange(together, 10, 15), within(1e-5f * largest(last)));
  }

  @Test
  void halfPrecision_takesHalfTheBytes() {
    Weights weights = Networks.weights(RESNET20);
    int whole = ResNetOnnx.write(RESNET20, weights).length;
    int half =
        ResNetOnnx.write(RESNET20, weights, new OnnxFormat(FloatType.FP16, BatchNorm.KEPT)).length;

    assertThat(whole).isBetween(4 * 269_722, 4 * 269_722 + 30_000);
    assertThat(half).isBetween(2 * 269_722, 2 * 269_722 + 30_000);
  }

  @Test
  void halfPrecision_refusesWhatItDoesNotHold() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(Networks.weights(RESNET20).tensors());
    float[] values = new float[16];
    values[3] = 65_520;
    tensors.put("bn1.running_mean", new WeightTensor(List.of(16), FloatBuffer.wrap(values)));
    Weights weights = new Weights(tensors);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () ->
                ResNetOnnx.write(RESNET20, weights, new OnnxFormat(FloatType.FP16, BatchNorm.KEPT)))
        .withMessage(
            "bn1.running_mean holds 65520.0, which float16 cannot represent: write it as float32");
  }

  @ParameterizedTest
  @EnumSource
  void written_canBePrepared(FloatType floatType) {
    Weights weights = Networks.weights(RESNET20);
    Preprocessing preprocessing =
        new Preprocessing(32, 32, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));
    byte[] onnx = ResNetOnnx.write(RESNET20, weights, new OnnxFormat(floatType, BatchNorm.FOLDED));

    PreparedModel prepared = ModelPreparation.prepare(onnx, preprocessing, Runs.labels(10));

    assertThat(prepared)
        .hasToString(
            "input NCHW "
                + (floatType == FloatType.FP16 ? "float16" : "float32")
                + ", 32x32 pixels, 10 classes, opset 13, softmax appended");
  }

  @Test
  void sameWeights_giveTheSameBytes() {
    assertThat(ResNetOnnx.write(RESNET20, Networks.weights(RESNET20)))
        .isEqualTo(ResNetOnnx.write(RESNET20, Networks.weights(RESNET20)));
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      assertThat(value).isFinite();
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
