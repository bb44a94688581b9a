package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions with weights beside the model file. */
class WeightFileTest {

  @TempDir private Path folder;
  private Path source;
  private ModelRepository repository;
  private ModelVersion version;

  @BeforeEach
  void publish() throws IOException {
    source = Files.createDirectory(folder.resolve("source"));
    repository = new ModelRepository(folder.resolve("models"));
    version = Samples.publish(repository, "large", "model", source, "first", "second");
  }

  @Test
  void files_published_areCopiedAndNamedInTheManifest() throws IOException {
    assertThat(Samples.namesIn(version.folder()))
        .containsExactly("millrace.json", "model.onnx", "weights-1.bin", "weights-2.bin");
    assertThat(version.folder().resolve("weights-2.bin")).hasContent("second");
    ModelVersion read = repository.version("large", 1);
    assertThat(read).isEqualTo(version);
    assertThat(read.manifest().files())
        .containsExactly(
            Map.entry("weights-1.bin", Sha256.of("first")),
            Map.entry("weights-2.bin", Sha256.of("second")));
    assertThat(read.readVerified()).isEqualTo(Samples.bytes("model"));
  }

  @Test
  void version_withItsFiles_isRemovedAsAWhole() throws IOException {
    repository.remove("large", 1);

    assertThat(Samples.namesIn(folder.resolve("models/large"))).containsExactly("labels.txt");
  }

  @Test
  void fileThatChanged_isRefused() throws IOException {
    Files.writeString(weights(), "secona");

    refused(
        " is corrupt: %s has sha256 %s, its manifest says %s; import the model again"
            .formatted(weights(), Sha256.of("secona"), Sha256.of("second")));
  }

  @Test
  void fileThatIsMissing_isRefused() throws IOException {
    Files.delete(weights());

    refused(
        " was removed or is incomplete: there is no %s; name another version or import the model again"
            .formatted(weights()));
  }

  @Test
  void linkWithTheRightContent_isRefused() throws IOException {
    Files.delete(weights());
    Files.createSymbolicLink(weights(), source.resolve("part 1"));

    refused(
        " is corrupt: %s is a link or a folder, not a file; import the model again"
            .formatted(weights()));
  }

  @Test
  void folderOfTheFilesName_isRefused() throws IOException {
    Files.delete(weights());
    Files.createDirectory(weights());

    refused(
        " is corrupt: %s is a link or a folder, not a file; import the model again"
            .formatted(weights()));
  }

  @Test
  void fileThatChangesBeforeItIsCopied_publishesNothing() throws IOException {
    Path file = Files.writeString(source.resolve("weights"), "new");
    ModelFiles files =
        new ModelFiles(
            Samples.bytes("model"), Map.of("w.bin", new WeightFile(file, Sha256.of("old"))));

    assertThatThrownBy(() -> publish(files))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " changed while it was copied: import the model again");

    assertNothingPublished();
  }

  @Test
  void fileThatCannotBeCopied_publishesNothing() throws IOException {
    ModelFiles files =
        new ModelFiles(
            Samples.bytes("model"),
            Map.of("w.bin", new WeightFile(source.resolve("none"), Sha256.of("old"))));

    assertThatThrownBy(() -> publish(files))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot write to the repository ");

    assertNothingPublished();
  }

  private void publish(ModelFiles files) {
    var unused =
        repository.publish(
            "large",
            files,
            Samples.PREPROCESSING,
            Samples.LABELS,
            new Provenance(Samples.SOURCE, null, Map.of(), null),
            null);
  }

  private void assertNothingPublished() throws IOException {
    assertThat(Samples.namesIn(folder.resolve("models/large"))).containsExactly("1", "labels.txt");
    assertThat(repository.removeUnfinished("large", Duration.ZERO)).isZero();
  }

  private Path weights() {
    return version.folder().resolve("weights-2.bin");
  }

  private void refused(String problem) {
    assertThatThrownBy(version::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessage("large version 1" + problem);
  }
}
