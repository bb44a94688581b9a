package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ModelManifest.Source;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelRuntimeTest {

  private static final Source SOURCE = new Source("import", "small.onnx", null);

  @TempDir Path folder;
  private final OnnxModelRuntime runtime = new OnnxModelRuntime();
  private ModelRepository repository;

  @BeforeEach
  void openRepository() {
    repository = new ModelRepository(folder);
  }

  @Test
  void open_preparedVersion_answersAsItsManifestSays() {
    ByteBuffer pixels = SampleImages.noise(2, SmallModel.SIZE, SmallModel.SIZE);

    try (ModelSession session = runtime.open(publish(PREPROCESSING, LABELS), Device.CPU)) {
      assertThat(session.inputWidth()).isEqualTo(SmallModel.SIZE);
      assertThat(session.inputHeight()).isEqualTo(SmallModel.SIZE);
      assertThat(session.classes()).isEqualTo(SmallModel.CLASSES);
      assertThat(Runs.run(session, pixels, 2))
          .containsExactly(SmallModel.probabilities(pixels, 2), within(1e-5f));
    }
  }

  @Test
  void open_versionAsItWasExported_isPreparedInMemory() throws IOException {
    ModelVersion version = exported(SmallModel.nchw(), PREPROCESSING);
    ByteBuffer pixels = SampleImages.noise(2, SmallModel.SIZE, SmallModel.SIZE);

    try (ModelSession session = runtime.open(version, Device.CPU)) {
      assertThat(Runs.run(session, pixels, 2))
          .containsExactly(SmallModel.probabilities(pixels, 2), within(1e-5f));
    }
    assertThat(Files.readAllBytes(version.modelFile())).isEqualTo(SmallModel.nchw().bytes());
  }

  @Test
  void open_versionAsItWasExported_mustBeFitForThat() throws IOException {
    assertRefused(
        exported(SmallModel.nchw().shaped(4, 3, SmallModel.SIZE, SmallModel.SIZE), PREPROCESSING),
        Device.CPU,
        "small version 1: input 'x' takes batches of exactly 4: export the model with a dynamic");
    assertRefused(
        exported(
            SmallModel.nchw(), new Preprocessing(5, 6, PREPROCESSING.mean(), PREPROCESSING.std())),
        Device.CPU,
        "small version 1: input 'x' takes images 4 pixels high and 4 wide, not 5 pixels high and 5");
  }

  @Test
  void open_versionAsItWasExported_mustHaveItsWeightsInside() throws IOException {
    ModelVersion version =
        exported(
            ExternalDataTest.outside(SmallModel.nchw().model(), 0, "fc.weight", null, null)
                .toByteArray(),
            PREPROCESSING);
    Files.write(version.folder().resolve("fc.weight"), ExternalDataTest.raw(0).toByteArray());

    assertRefused(
        version,
        Device.CPU,
        "small version 1: weight 'fc.weight' is stored in another file (fc.weight), which has no"
            + " checksum in the manifest: import the model again");
  }

  private ModelVersion exported(SmallModel model, Preprocessing preprocessing) throws IOException {
    return exported(model.bytes(), preprocessing);
  }

  /**
   * Returns a version that Millrace did not prepare: the exported file, and a manifest that the
   * test creates.
   */
  private ModelVersion exported(byte[] model, Preprocessing preprocessing) throws IOException {
    Path home = Files.createDirectories(folder.resolve("small/1"));
    Files.write(home.resolve(ModelVersion.MODEL_FILE), model);
    ModelManifest manifest =
        new ModelManifest(
            "small",
            1,
            Sha256.of(model),
            "2026-01-01T00:00:00Z",
            SOURCE,
            null,
            preprocessing,
            LABELS.names(),
            null,
            null);
    return new ModelVersion(home, manifest, OptionalInt.of(8), false);
  }

  @Test
  void open_changedFile_saysThatItIsCorrupt() throws IOException {
    ModelVersion version = publish(PREPROCESSING, LABELS);
    byte[] bytes = Files.readAllBytes(version.modelFile());
    bytes[bytes.length / 2] ^= 1;
    Files.write(version.modelFile(), bytes);

    assertRefused(version, Device.CPU, "small version 1 is corrupt: ");
  }

  @Test
  void open_fileThatWasNeverPrepared_isRefused() {
    ModelVersion version =
        repository.publish("small", SmallModel.nchw().bytes(), PREPROCESSING, LABELS, SOURCE);

    assertRefused(version, Device.CPU, "small version 1: the model file was never prepared");
  }

  @Test
  void open_manifestOfOtherPreprocessing_isRefused() {
    Preprocessing other = new Preprocessing(4, 6, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

    assertRefused(
        publish(other, LABELS),
        Device.CPU,
        "small version 1: the model file was prepared with size=4 resize=6 mean=[0.5, 0.4, 0.3]"
            + " std=[0.2, 0.25, 0.3], but the manifest says size=4 resize=6 mean=[0.0");
  }

  @Test
  void open_manifestOfOtherLabels_isRefused() {
    Labels four = new Labels(LABELS.names().subList(0, 4));

    assertRefused(publish(PREPROCESSING, four), Device.CPU, "small version 1: the model has ");
  }

  @Test
  void open_bytesThatAreNoModel_saysSo() {
    ModelVersion version =
        repository.publish("small", new byte[] {1, 2, 3}, PREPROCESSING, LABELS, SOURCE);

    assertRefused(version, Device.CPU, "small version 1: the file is not an ONNX model, ");
  }

  @Test
  void open_cudaOnABuildForCpus_namesTheMissingLibrary() {
    assertRefused(
        publish(PREPROCESSING, LABELS),
        Device.parse("cuda:1"),
        "small version 1: device cuda:1: "
            + CudaProvider.LIBRARY
            + " is missing; this is ONNX Runtime's build for CPUs. Put the libraries of its GPU"
            + " build in a folder and name it with -Donnxruntime.native.path=FOLDER, or choose the"
            + " device cpu");
  }

  private ModelVersion publish(Preprocessing preprocessing, Labels labels) {
    byte[] prepared =
        ModelPreparation.prepare(SmallModel.nchw().bytes(), PREPROCESSING, LABELS).bytes();
    return repository.publish("small", prepared, preprocessing, labels, SOURCE);
  }

  private void assertRefused(ModelVersion version, Device device, String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> runtime.open(version, device))
        .satisfies(e -> assertThat(e.getMessage()).startsWith(message).doesNotContain("\n"));
  }
}
