package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        .hasMessageEndingWith("; see that it may be read");
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
