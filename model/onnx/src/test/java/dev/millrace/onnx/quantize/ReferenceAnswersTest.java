package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ReferenceAnswers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceAnswersTest {

  private final byte[] model = SmallNetwork.prepared();

  @TempDir private Path folder;

  @Test
  void version_thatAnswersAsWhenItWasMade_loads() throws IOException {
    ReferenceAnswers answers = answers();

    assertThat(answers.pixels()).hasSize(ReferenceAnswers.IMAGES);
    assertThatCode(() -> open(publish(answers.bytes()))).doesNotThrowAnyException();
  }

  @Test
  void version_withAnotherScore_isRefused() throws IOException {
    ReferenceAnswers answers = answers();
    List<float[]> wrong = new ArrayList<>(answers.answers());
    float[] scores = wrong.get(7).clone();
    scores[2] += 0.06f;
    wrong.set(7, scores);

    ModelVersion version = publish(new ReferenceAnswers(answers.pixels(), wrong).bytes());

    assertThatThrownBy(() -> open(version))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("small version 1: the quantised model answers a calibration image")
        .hasMessageContaining("a score differs by 0.060, allowed is 0.050")
        .hasMessageContaining("weights of 7 bits (reduced range)");
  }

  @Test
  void version_withAScoreThatIsNotANumber_isRefused() throws IOException {
    ReferenceAnswers answers = answers();
    List<float[]> wrong = new ArrayList<>(answers.answers());
    wrong.set(0, new float[] {Float.NaN, 0, 0, 0, 0});

    ModelVersion version = publish(new ReferenceAnswers(answers.pixels(), wrong).bytes());

    assertThatThrownBy(() -> open(version)).isInstanceOf(ModelException.class);
  }

  @Test
  void file_thatWasChangedOrCut_isRefused() throws IOException {
    ModelVersion changed = publish(answers().bytes());
    byte[] bytes = Files.readAllBytes(changed.folder().resolve(ReferenceAnswers.FILE_NAME));
    bytes[0]++;
    Files.write(changed.folder().resolve(ReferenceAnswers.FILE_NAME), bytes);
    ModelVersion cut = publish(new byte[100]);

    assertThatThrownBy(() -> open(changed)).hasMessageContaining("small version 1 is corrupt");
    assertThatThrownBy(() -> open(cut))
        .hasMessageContaining("does not hold images of this model: quantise the float32 version");
  }

  private ReferenceAnswers answers() {
    try (ModelSession session =
        OnnxModelRuntime.open(model, Device.CPU, SmallNetwork.PREPROCESSING, SmallNetwork.LABELS)) {
      return ReferenceAnswers.of(session, SmallNetwork.images(30));
    }
  }

  private ModelVersion publish(byte[] answers) throws IOException {
    Path file = Files.write(folder.resolve("answers"), answers);
    return new ModelRepository(folder.resolve("models"))
        .publish(
            "small",
            new ModelFiles(
                model,
                Map.of(ReferenceAnswers.FILE_NAME, new WeightFile(file, Sha256.of(answers)))),
            SmallNetwork.PREPROCESSING,
            SmallNetwork.LABELS,
            new Provenance(
                new ModelManifest.Source("quantization", null, null),
                null,
                Map.of(),
                null,
                new Quantization(
                    "entropy",
                    false,
                    true,
                    List.of(),
                    null,
                    null,
                    null,
                    new Quantization.Reference(ReferenceAnswers.FILE_NAME, 16, 0.05))),
            null);
  }

  private static void open(ModelVersion version) {
    new OnnxModelRuntime().open(version, Device.CPU).close();
  }
}
