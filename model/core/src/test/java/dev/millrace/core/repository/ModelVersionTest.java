package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVersionTest {

  @TempDir private Path folder;
  private ModelVersion version;

  @BeforeEach
  void publish() {
    version = Samples.publish(new ModelRepository(folder), "resnet20", "weights");
  }

  @Test
  void version_published_saysWhatItIs() {
    assertThat(version).hasToString("resnet20 version 1");
    assertThat(version.name()).isEqualTo("resnet20");
    assertThat(version.version()).isEqualTo(1);
    assertThat(version.sha256()).isEqualTo(Sha256.of(Samples.bytes("weights")));
    assertThat(version.labels()).isEqualTo(Samples.LABELS);
    assertThat(version.modelFile()).isEqualTo(folder.resolve("resnet20/1/model.onnx"));
  }

  @Test
  void modelFile_asItWasPublished_isRead() {
    assertThat(version.readVerified()).isEqualTo(Samples.bytes("weights"));
  }

  @Test
  void modelFile_withOneByteChanged_isCorrupt() throws IOException {
    assertCorrupt("weighta");
  }

  @Test
  void modelFile_thatEndsEarly_isCorrupt() throws IOException {
    assertCorrupt("weight");
    assertCorrupt("");
  }

  @Test
  void modelFile_thatIsMissing_isNamed() throws IOException {
    Files.delete(version.modelFile());

    assertThatThrownBy(version::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "resnet20 version 1 was removed: there is no "
                + version.modelFile()
                + " any more; name another version or import the model again");
  }

  @Test
  void modelFile_thatIsNoFile_isNamedWithTheReason() throws IOException {
    Files.delete(version.modelFile());
    Files.createDirectory(version.modelFile());

    assertThatThrownBy(version::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("resnet20 version 1: cannot read " + version.modelFile() + " (")
        .hasMessageEndingWith("; check that it is readable");
  }

  @Test
  void modelFile_ofAForeignLayout_hasChangedSinceItWasRead() throws IOException {
    ModelVersion foreign =
        new ModelVersion(version.folder(), version.manifest(), OptionalInt.of(4), false);
    assertThat(foreign.readVerified()).isEqualTo(Samples.bytes("weights"));
    Files.writeString(foreign.modelFile(), "weighta");

    assertThatThrownBy(foreign::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "resnet20 version 1 has changed since it was read: %s had sha256 %s and has %s; put a new"
                + " file into a new version folder",
            foreign.modelFile(), foreign.sha256(), Sha256.of("weighta"));
  }

  @Test
  void version_published_isPreparedForBatchesOfAnySize() {
    assertThat(version.isPrepared()).isTrue();
    assertThat(version.maxBatchSize()).isEmpty();
  }

  @Test
  void signature_thatChanges_isRefusedWithWhatDiffers() {
    List<String> names = version.manifest().labels();

    version.requireSignatureOf(version);
    version.requireSignatureOf(predecessor(32, List.of("cat"), null)); // new classes follow
    assertChange(
        32,
        List.of("cat", "Rüde", "ape"),
        "resnet20 version 1 has 2 classes, resnet20 version 7 has 3:");
    assertChange(
        32,
        List.of("dog"),
        "resnet20 version 1 calls class 0 'cat', resnet20 version 7 has 'dog':");
    assertChange(
        36,
        names,
        "resnet20 version 1 takes images of 32x32 pixels, resnet20 version 7 has 36x36 pixels:");
    assertChange(
        32,
        List.of("cat", "hound"),
        "resnet20 version 1 calls class 1 'Rüde', resnet20 version 7 has 'hound':");
  }

  @Test
  void signature_ofIndependentClasses_isAnother() {
    assertChange(
        32,
        version.manifest().labels(),
        ModelManifest.INDEPENDENT,
        "resnet20 version 1 has exclusive classes, resnet20 version 7 has independent classes:");
  }

  private void assertChange(int size, List<String> labels, String message) {
    assertChange(size, labels, null, message);
  }

  private void assertChange(int size, List<String> labels, String kind, String message) {
    ModelVersion predecessor = predecessor(size, labels, kind);

    assertThatThrownBy(() -> version.requireSignatureOf(predecessor))
        .isInstanceOf(SignatureChangeException.class)
        .hasMessage(message + " consumers of the predictions may not expect this");
  }

  private ModelVersion predecessor(int size, List<String> labels, String kind) {
    ModelManifest manifest = version.manifest();
    return new ModelVersion(
        folder,
        new ModelManifest(
            "resnet20",
            7,
            manifest.sha256(),
            manifest.created(),
            manifest.source(),
            null,
            new Preprocessing(size, 36, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            labels,
            null,
            null,
            kind,
            null,
            null));
  }

  private void assertCorrupt(String content) throws IOException {
    Files.writeString(version.modelFile(), content);

    assertThatThrownBy(version::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "resnet20 version 1 is corrupt: %s has sha256 %s, its manifest says %s; import the model"
                + " again",
            version.modelFile(), Sha256.of(Samples.bytes(content)), version.sha256());
  }
}
