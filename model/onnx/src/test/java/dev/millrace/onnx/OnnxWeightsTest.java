package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.testing.SharedData;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests reading weights from ONNX files. */
class OnnxWeightsTest {

  private static final ResNet NETWORK = Networks.narrow("resnet50");
  private static final Weights WEIGHTS = Networks.weights(NETWORK);

  @Test
  void written_comesBack() {
    byte[] onnx = ResNetOnnx.write(NETWORK, WEIGHTS);

    Weights read = OnnxWeights.read(onnx);

    assertThat(read.tensors()).containsExactlyEntriesOf(WEIGHTS.tensors());
    assertThat(ResNetOnnx.write(NETWORK, read)).isEqualTo(onnx);
  }

  @Test
  void prepared_comesBack() {
    Preprocessing preprocessing =
        new Preprocessing(32, 32, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));
    byte[] onnx = ResNetOnnx.write(NETWORK, WEIGHTS);
    byte[] prepared = ModelPreparation.prepare(onnx, preprocessing, Runs.labels(5)).bytes();

    assertThat(OnnxWeights.read(prepared).tensors()).isEqualTo(WEIGHTS.tensors());
  }

  /** The weights of both stems have the same shapes, and only a stride differs. */
  @Test
  void networkOfAnotherStem_isRefused() {
    ResNet network = Networks.narrow("resnet20");
    ResNet halved = network.withStem(Stem.CIFAR_HALVED);
    Preprocessing preprocessing =
        new Preprocessing(32, 32, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));
    byte[] onnx = ResNetOnnx.write(halved, Networks.weights(halved));
    byte[] prepared = ModelPreparation.prepare(onnx, preprocessing, Runs.labels(5)).bytes();

    for (byte[] file : List.of(onnx, prepared)) {
      assertThat(OnnxWeights.read(file, halved)).isEqualTo(OnnxWeights.read(file));
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(() -> OnnxWeights.read(file, network))
          .withMessage(
              "the convolution of conv1.weight has a stride of 2, but that of resnet20 with"
                  + " shortcuts A, 5 classes and images of 3x32x32 has a stride of 1; give the"
                  + " architecture and stem of the file, or import it without them");
    }
  }

  /** torchvision's networks halve the image in the second convolution of a block. */
  @Test
  void strides_ofAllNetworks_areThoseOfTheirFiles() {
    for (String name : List.of("resnet18", "resnet20", "resnet50")) {
      ResNet network = Networks.narrow(name);
      byte[] onnx = ResNetOnnx.write(network, Networks.weights(network));

      assertThat(OnnxWeights.read(onnx, network).tensors())
          .as(name)
          .isEqualTo(Networks.weights(network).tensors());
    }
  }

  @Test
  void halfPrecision_comesBackRounded() {
    byte[] onnx =
        ResNetOnnx.write(NETWORK, WEIGHTS, new OnnxFormat(FloatType.FP16, BatchNorm.KEPT));

    FloatBuffer exact = WEIGHTS.get("layer4.0.conv2.weight").values();
    FloatBuffer read = OnnxWeights.read(onnx).get("layer4.0.conv2.weight").values();

    assertThat(read.capacity()).isEqualTo(exact.capacity());
    for (int i = 0; i < read.capacity(); i++) {
      assertThat(read.get(i))
          .isCloseTo(exact.get(i), within(Math.max(0x1p-11f * Math.abs(exact.get(i)), 0x1p-25f)));
    }
  }

  /** PyTorch's exporter stores equal tensors once, and adds Identity nodes for the other names. */
  @Test
  void weight_storedOnceForTwoNames() {
    ModelProto.Builder model = SmallModel.nchw().model().toBuilder();
    model
        .getGraphBuilder()
        .addNode(0, identity("again", "fc.bias"))
        .addNode(1, identity("once.more", "again"));

    Weights read = OnnxWeights.read(model.build().toByteArray());

    assertThat(read.names()).containsExactly("fc.weight", "fc.bias", "again", "once.more");
    assertThat(read.get("once.more")).isEqualTo(read.get("fc.bias"));
  }

  @Test
  void pytorchsExport_givesPytorchsStateDict() throws Exception {
    byte[] exported = Files.readAllBytes(SharedData.file("models/cifar10_resnet20_bn.onnx"));
    Weights state = WeightsFile.read(SharedData.file("golden/cifar10_resnet20_state.npz"));
    ResNet network = ResNet.of("resnet20");

    assertThat(network.fit(OnnxWeights.read(exported, network)).tensors())
        .isEqualTo(network.fit(state).tensors());
  }

  @Test
  void values_storedOneByOne() {
    TensorProto.Builder floats =
        TensorProto.newBuilder()
            .setName("floats")
            .setDataType(DataType.FLOAT_VALUE)
            .addDims(2)
            .addFloatData(1.5f)
            .addFloatData(-2);
    TensorProto.Builder halves =
        TensorProto.newBuilder()
            .setName("halves")
            .setDataType(DataType.FLOAT16_VALUE)
            .addDims(1)
            .addDims(2)
            .addInt32Data(0x3e00)
            .addInt32Data(0xc000);
    TensorProto.Builder shape = Tensor.integers(1, -1).toBuilder().setName("shape");

    Weights read = OnnxWeights.read(with(floats, halves, shape));

    assertThat(read.get("floats")).isEqualTo(tensor(List.of(2), 1.5f, -2));
    assertThat(read.get("halves")).isEqualTo(tensor(List.of(1, 2), 1.5f, -2));
    assertThat(read.contains("shape")).isFalse();
  }

  @Test
  void values_fewerThanTheShapeSays() {
    TensorProto.Builder damaged =
        Tensor.floats(new float[3], 3).toBuilder().setName("damaged").setDims(0, 4);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> OnnxWeights.read(with(damaged)))
        .withMessageMatching("the file's weights cannot be read \\(.*\\[4].*\\): export .*");
  }

  @Test
  void file_thatIsNoModel() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> OnnxWeights.read("no model".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("not an ONNX model");
  }

  private static NodeProto identity(String output, String input) {
    return NodeProto.newBuilder().setOpType("Identity").addInput(input).addOutput(output).build();
  }

  private static byte[] with(TensorProto.Builder... tensors) {
    ModelProto.Builder model = SmallModel.nchw().model().toBuilder();
    List.of(tensors).forEach(model.getGraphBuilder()::addInitializer);
    return model.build().toByteArray();
  }

  private static WeightTensor tensor(List<Integer> shape, float... values) {
    return new WeightTensor(shape, FloatBuffer.wrap(values));
  }
}
