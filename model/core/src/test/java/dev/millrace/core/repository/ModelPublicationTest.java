package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests one publisher at a time; {@link ConcurrentPublicationTest} tests many publishers at once.
 */
class ModelPublicationTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  @TempDir private Path folder;
  private Path root;
  private Path home;
  private ModelRepository repository;

  @BeforeEach
  void open() {
    root = folder.resolve("new/repository");
    home = root.resolve("resnet20");
    repository = new ModelRepository(root, CLOCK);
  }

  @Test
  void model_published_isVersionOneOfANewRepository() {
    ModelVersion version = Samples.publish(repository, "resnet20", "weights");

    assertThat(version.folder()).isEqualTo(home.resolve("1"));
    assertThat(version.manifest())
        .isEqualTo(
            new ModelManifest(
                "resnet20",
                1,
                Sha256.of(Samples.bytes("weights")),
                "2026-01-02T03:04:05Z",
                Samples.SOURCE,
                null,
                Samples.PREPROCESSING,
                Samples.LABELS.names(),
                null,
                null));
    assertThat(repository.newest("resnet20")).isEqualTo(version);
    assertThat(version.readVerified()).isEqualTo(Samples.bytes("weights"));
  }

  @Test
  void model_published_leavesTritonsLayoutAndNothingElse() throws IOException {
    Samples.publish(repository, "resnet20", "weights 1");
    Samples.publish(repository, "resnet20", "weights 2");

    assertThat(Samples.namesIn(root)).containsExactly("resnet20");
    assertThat(Samples.namesIn(home)).containsExactly("1", "2", "labels.txt");
    assertThat(Samples.namesIn(home.resolve("2"))).containsExactly("millrace.json", "model.onnx");
  }

  @Test
  void labels_ofTheLastPublication_lieBesideTheVersions() {
    Samples.publish(repository, "resnet20", "weights");
    assertThat(home.resolve("labels.txt")).hasContent("cat\nRüde\n");

    repository.publish(
        "resnet20",
        Samples.bytes("weights"),
        Samples.PREPROCESSING,
        new Labels(List.of("one")),
        Samples.SOURCE);

    assertThat(home.resolve("labels.txt")).hasBinaryContent(Samples.bytes("one\n"));
    assertThat(repository.version("resnet20", 1).labels()).isEqualTo(Samples.LABELS);
  }

  @Test
  void version_published_isReadableByWhomThePublishersFoldersAre() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "skipped: this file system has no POSIX permissions");
    Path plainFolder = Files.createDirectory(folder.resolve("plain"));
    Path plainFile = Files.createFile(plainFolder.resolve("file"));

    Path version = Samples.publish(repository, "resnet20", "weights").folder();

    for (Path made : List.of(home, version)) {
      assertThat(Files.getPosixFilePermissions(made))
          .isEqualTo(Files.getPosixFilePermissions(plainFolder));
    }
    for (String file : List.of("1/model.onnx", "1/millrace.json", "labels.txt")) {
      assertThat(Files.getPosixFilePermissions(home.resolve(file)))
          .isEqualTo(Files.getPosixFilePermissions(plainFile));
    }
  }

  @Test
  void publisher_thatDied_leavesOnlyWhatReadersPassOver() throws IOException {
    Path left = Files.createDirectories(home.resolve(".publishing-left"));
    Files.write(left.resolve("model.onnx"), Samples.bytes("wei"));

    assertThat(repository.models()).isEmpty();
    assertThat(repository.versions("resnet20")).isEmpty();
    ModelVersion version = Samples.publish(repository, "resnet20", "weights");

    assertThat(version.version()).isEqualTo(1);
    assertThat(repository.models()).containsExactly("resnet20");
    assertThat(Samples.namesIn(home)).containsExactly(".publishing-left", "1", "labels.txt");
  }

  @Test
  void number_thatIsTaken_isLeftAsItIs() throws IOException {
    ModelVersion first = Samples.publish(repository, "resnet20", "weights");

    try (VersionWriter writer = VersionWriter.into(home)) {
      writer.write(new ModelFiles(Samples.bytes("other")));
      assertThat(writer.publish(first.manifest())).isEmpty();
    }

    assertThat(repository.version("resnet20", 1).readVerified())
        .isEqualTo(Samples.bytes("weights"));
    assertThat(Samples.namesIn(home)).containsExactly("1", "labels.txt");
  }

  @Test
  void number_ofAnEmptyFolderOrAFile_isPassedOver() throws IOException {
    Files.createDirectories(home.resolve("1"));
    Files.writeString(home.resolve("2"), "a file");

    assertThat(Samples.publish(repository, "resnet20", "weights").version()).isEqualTo(3);

    assertThat(home.resolve("1")).isEmptyDirectory();
    assertThat(home.resolve("2")).hasContent("a file");
  }

  @Test
  void repository_thatCannotBeWritten_saysWhatToLookAt() throws IOException {
    Files.createDirectories(root.getParent());
    Files.writeString(root, "a file");

    assertThatThrownBy(() -> Samples.publish(repository, "resnet20", "weights"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot write to the repository " + root + " (")
        .hasMessageEndingWith("); check that it is writable and that its disk has room");
  }

  @Test
  void publication_thatFails_leavesNothingHidden() throws IOException {
    // The folder named labels.txt prevents the move of the labels file to that name.
    Files.createDirectories(home.resolve("labels.txt/full"));

    assertThatThrownBy(() -> Samples.publish(repository, "resnet20", "weights"))
        .isInstanceOf(ModelException.class);

    assertThat(Samples.namesIn(home)).containsExactly("labels.txt");
  }
}
