package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real models, prepared for serving, return the same probabilities for 8-bit pixels as PyTorch
 * returns for normalised floats.
 */
class GoldenParityTest {

  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  @ParameterizedTest
  @CsvSource({
    "cifar10_resnet20, cifar10_resnet20, 32, 32, 10",
    "cifar10_resnet20_bn, cifar10_resnet20, 32, 32, 10",
    "imagenet_resnet18_pqf_small, imagenet_resnet18_pqf_small, 224, 256, 1000",
  })
  void prepared_realModel_answersSoftmaxOfPytorchsLogits(
      String model, String golden, int size, int resize, int classes) throws IOException {
    Preprocessing preprocessing = new Preprocessing(size, resize, MEAN, STD);
    Labels labels = Runs.labels(classes);
    byte[] exported = Files.readAllBytes(SharedData.file("models/" + model + ".onnx"));
    NumpyArchive arrays = new NumpyArchive(SharedData.file("golden/" + golden + ".npz"));

    PreparedModel prepared = ModelPreparation.prepare(exported, preprocessing, labels);

    float[] answer =
        Runs.once(prepared.bytes(), preprocessing, labels, Runs.direct(arrays.bytes("pixels")));
    assertThat(prepared)
        .hasToString(
            "input NCHW float32, %dx%d pixels, %d classes, opset 13, softmax appended"
                .formatted(size, size, classes));
    assertThat(answer)
        .containsExactly(Softmax.ofRows(arrays.floats("logits"), classes), within(1e-4f));
  }
}
