package dev.millrace.onnx;

import static dev.millrace.onnx.ExternalDataTest.outside;
import static dev.millrace.onnx.ExternalDataTest.raw;
import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests models that keep their weights in other files, because they are too large for one file. The
 * tests set the size limit so low that small models exceed it.
 */
class SeparateWeightsTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);

  /**
   * Size, in bytes, from which a tensor is large. The weight has 60 bytes, and the bias 20 bytes.
   */
  private static final int ALL = 1;

  private static final int ONLY_THE_WEIGHT = 21;

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void write() throws IOException {
    home = Files.createDirectories(folder.resolve("model/parts")).getParent();
    Files.write(home.resolve("fc.weight"), raw(0).toByteArray());
    Files.write(home.resolve("parts/fc.bias"), raw(1).toByteArray());
  }

  @Test
  void prepare_modelAboveTheLimit_keepsItsWeightsInTheirFiles() {
    PreparedModel prepared = prepare(split(nchw().model()), ALL);

    assertThat(prepared.weights()).hasValue(home);
    assertThat(files(prepared.bytes())).containsExactly("fc.weight", "parts/fc.bias");
    assertServed(OnnxModelRuntime.open(prepared, Device.CPU, PREPROCESSING, LABELS));
  }

  @Test
  void prepare_modelBelowTheLimit_hasItsWeightsInside() {
    byte[] model = split(nchw().model()).toByteArray();

    PreparedModel prepared = prepare(model, new ExternalData(home, model.length + 81, ALL));

    assertThat(prepared.weights()).isEmpty();
    assertThat(files(prepared.bytes())).isEmpty();
    assertThat(prepared.files().weights()).isEmpty();
  }

  @Test
  void prepare_smallWeights_arePutInside() {
    PreparedModel prepared = prepare(split(nchw().model()), ONLY_THE_WEIGHT);

    assertThat(files(prepared.bytes())).containsExactly("fc.weight");
    assertServed(OnnxModelRuntime.open(prepared, Device.CPU, PREPROCESSING, LABELS));
  }

  @Test
  void prepare_batchOfOne_isOpenedAsOfAnyModel() {
    ModelProto one = nchw().shaped(1, 3, SmallModel.SIZE, SmallModel.SIZE).model();

    PreparedModel prepared = prepare(split(one), ALL);

    assertThat(prepared.batchAxisOpened()).isTrue();
    assertThat(prepared.oneImageReason()).isEmpty();
    assertServed(OnnxModelRuntime.open(prepared, Device.CPU, PREPROCESSING, LABELS));
  }

  @Test
  void prepare_shapeInAnotherFile_isPutInside() throws IOException {
    ModelProto reshaped =
        nchw()
            .ending(
                end ->
                    end.graph()
                        .node(
                            "Reshape",
                            "reshaped",
                            List.of(
                                end.logits(),
                                end.graph()
                                    .weight("shape", Tensor.integers(-1, SmallModel.CLASSES)))))
            .model();
    Files.write(
        home.resolve("shape"), reshaped.getGraph().getInitializer(2).getRawData().toByteArray());

    PreparedModel prepared =
        prepare(outside(split(reshaped), 2, "shape", null, null), ONLY_THE_WEIGHT);

    assertThat(files(prepared.bytes())).containsExactly("fc.weight");
    assertServed(OnnxModelRuntime.open(prepared, Device.CPU, PREPROCESSING, LABELS));
  }

  @Test
  void prepare_weightsOfTheWrongLength_areRefused() throws IOException {
    Files.write(home.resolve("fc.weight"), new byte[56]);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> prepare(split(nchw().model()), ALL))
        .withMessageStartingWith("ONNX Runtime cannot load the model: ")
        .withMessageContaining("fc.weight")
        .withMessageMatching("[^\n]*");
  }

  @Test
  void publish_modelAboveTheLimit_servesFromTheRepositoryAlone() throws IOException {
    ModelVersion version = publish(prepare(split(nchw().model()), ALL).files());
    Files.delete(home.resolve("fc.weight"));

    assertThat(version.folder().resolve("weights-1.bin")).hasBinaryContent(raw(0).toByteArray());
    assertThat(version.folder().resolve("weights-2.bin")).hasBinaryContent(raw(1).toByteArray());
    assertThat(version.manifest().files()).containsOnlyKeys("weights-1.bin", "weights-2.bin");
    assertThat(ModelCheck.of(version).classes()).isEqualTo(SmallModel.CLASSES);
    assertServed(new OnnxModelRuntime().open(version, Device.CPU));
  }

  @Test
  void open_repositoryAndModelBehindLinks_serves() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home);
    byte[] model = split(nchw().model()).toByteArray();
    ExportedModel exported =
        ExportedModel.of(model, link, new ExternalData(link, model.length + 41, ALL));
    PreparedModel prepared = ModelPreparation.prepare(exported, PREPROCESSING, LABELS, null);
    ModelVersion version = publish(prepared.files());
    Path linked =
        Files.createSymbolicLink(
            folder.resolve("models"), version.folder().getParent().getParent());

    assertServed(new OnnxModelRuntime().open(new ModelRepository(linked).newest("m"), Device.CPU));
  }

  @Test
  void publish_partsOfOneFileUnderSeveralNames_copiesItOnce() throws IOException {
    ByteString both = raw(0).concat(raw(1));
    Files.write(home.resolve("all.bin"), both.toByteArray());
    Files.createSymbolicLink(home.resolve("parts/link"), Path.of("../all.bin"));
    ModelProto model =
        outside(
            outside(nchw().model(), 0, "./parts/../all.bin", "0", "60"),
            1,
            "parts/link",
            "60",
            null);

    ModelVersion version = publish(prepare(model, ALL).files());

    assertThat(version.manifest().files()).containsOnlyKeys("weights-1.bin");
    assertServed(new OnnxModelRuntime().open(version, Device.CPU));
  }

  @Test
  void checksum_ofTheModelFile_standsForTheWeightsToo() throws IOException {
    ModelVersion first = publish(prepare(split(nchw().model()), ALL).files());
    byte[] weights = raw(0).toByteArray();
    weights[2]++;
    Files.write(home.resolve("fc.weight"), weights);

    ModelVersion second = publish(prepare(split(nchw().model()), ALL).files());

    assertThat(second.sha256()).isNotEqualTo(first.sha256());
  }

  @Test
  void open_weightsThatChanged_isRefused() throws IOException {
    ModelVersion version = publish(prepare(split(nchw().model()), ALL).files());
    Files.write(version.folder().resolve("weights-2.bin"), new byte[20]);
    Files.write(version.folder().resolve("weights-1.bin"), new byte[60]);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> new OnnxModelRuntime().open(version, Device.CPU))
        .withMessageContaining("m version 1 is corrupt: ")
        .withMessageContaining("weights-1.bin has sha256 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights-2.bin", "../weights-2.bin", "./weights-1.bin", "link", ""})
  void open_modelThatNamesAFileOutsideItsManifest_isRefused(String location) throws IOException {
    ModelFiles files = prepare(split(nchw().model()), ONLY_THE_WEIGHT).files();
    byte[] other = outside(OnnxFile.content(files.model()), 1, location, null, null).toByteArray();
    ModelVersion version = publish(new ModelFiles(other, files.weights()));
    for (Path place : List.of(version.folder(), version.folder().getParent())) {
      Files.write(place.resolve("weights-2.bin"), raw(1).toByteArray());
    }
    Files.createSymbolicLink(version.folder().resolve("link"), home.resolve("parts/fc.bias"));

    assertRefusedFor(
        version, location, "which has no checksum in the manifest: import the model again");
  }

  @Test
  void open_modelWithoutFilesInItsManifest_findsNoneInTheWorkingDirectory() throws IOException {
    ModelFiles files = prepare(split(nchw().model()), ONLY_THE_WEIGHT).files();
    Path here = Files.createTempFile(Path.of(""), "weights", ".bin");
    try {
      Files.write(here, raw(0).toByteArray());
      byte[] other =
          outside(OnnxFile.content(files.model()), 0, here.toString(), null, null).toByteArray();

      assertRefusedFor(
          publish(new ModelFiles(other)),
          here.toString(),
          "which has no checksum in the manifest: import the model again");
    } finally {
      Files.delete(here);
    }
  }

  private static void assertRefusedFor(ModelVersion version, String location, String why) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> new OnnxModelRuntime().open(version, Device.CPU))
        .withMessageStartingWith("m version 1: weight 'fc.")
        .withMessageContaining(" is stored in another file (" + location + "), ")
        .withMessageEndingWith(why);
  }

  private static void assertServed(ModelSession opened) {
    try (ModelSession session = opened) {
      assertThat(Runs.run(session, PIXELS, 3))
          .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
    }
  }

  private PreparedModel prepare(ModelProto model, int largeWeight) {
    byte[] bytes = model.toByteArray();
    return prepare(bytes, new ExternalData(home, bytes.length + 41, largeWeight));
  }

  private PreparedModel prepare(byte[] bytes, ExternalData weights) {
    return ModelPreparation.prepare(
        ExportedModel.of(bytes, home, weights), PREPROCESSING, LABELS, null);
  }

  private static ModelProto split(ModelProto model) {
    return outside(outside(model, 0, "fc.weight", null, null), 1, "parts/fc.bias", null, null);
  }

  private static List<String> files(byte[] model) {
    return OnnxFile.content(model).getGraph().getInitializerList().stream()
        .filter(ExternalTensor::is)
        .map((TensorProto tensor) -> new ExternalTensor(tensor).location())
        .toList();
  }

  private ModelVersion publish(ModelFiles files) {
    return new ModelRepository(folder.resolve("repository"))
        .publish(
            "m",
            files,
            PREPROCESSING,
            LABELS,
            new Provenance(new ModelManifest.Source("import", null, null), null, Map.of(), null),
            null);
  }
}
