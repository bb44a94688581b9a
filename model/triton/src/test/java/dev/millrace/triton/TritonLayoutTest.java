package dev.millrace.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests reading repositories that were made for Triton. */
class TritonLayoutTest {

  private static final String CONFIG = "max_batch_size: 4 input { dims: [ 3, 32, 32 ] }";

  @TempDir private Path root;
  private ModelRepository repository;
  private Path home;
  private Path model;

  @BeforeEach
  void layOut() throws IOException {
    repository = new ModelRepository(root, new TritonLayout());
    home = root.resolve("resnet20");
    model = Files.createDirectories(home.resolve("1")).resolve("model.onnx");
    Files.write(model, bytes("exported"));
    Files.setLastModifiedTime(model, FileTime.from(Instant.parse("2025-02-03T04:05:06Z")));
    Files.writeString(home.resolve("config.pbtxt"), CONFIG);
    Files.writeString(home.resolve("labels.txt"), "cat\nRüde\n");
  }

  @Test
  void version_hasAManifestMadeUpOfWhatLiesThere() throws IOException {
    ModelVersion version = repository.newest("resnet20");

    String sha256 = Sha256.of(bytes("exported"));
    assertThat(version.manifest())
        .isEqualTo(
            new ModelManifest(
                "resnet20",
                1,
                sha256,
                "2025-02-03T04:05:06Z",
                new ModelManifest.Source("triton", "model.onnx", sha256),
                null,
                new Preprocessing(
                    32, 32, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f)),
                List.of("cat", "Rüde"),
                Map.of(),
                null));
    assertThat(version.maxBatchSize()).hasValue(4);
    assertThat(version.isPrepared()).isFalse();
    assertThat(version.readVerified()).isEqualTo(bytes("exported"));
    assertThat(version).isEqualTo(repository.version("resnet20", 1));
    assertThat(repository.models()).containsExactly("resnet20");
    assertThat(namesIn(home)).containsExactly("1", "config.pbtxt", "labels.txt");
    assertThat(namesIn(home.resolve("1"))).containsExactly("model.onnx");
  }

  @Test
  void versionWithAManifest_isOurs_whateverLiesBesideIt() throws IOException {
    ModelVersion published =
        repository.publish(
            "resnet20",
            bytes("prepared"),
            new Preprocessing(32, 36, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            new Labels(List.of("cat", "Rüde")),
            new ModelManifest.Source("import", null, null));

    assertThat(repository.newest("resnet20")).isEqualTo(published);
    assertThat(published.isPrepared()).isTrue();
    assertThat(published.maxBatchSize()).isEmpty();
    assertThat(published.version()).isEqualTo(2);
  }

  @Test
  void fileThatChangesAfterItWasRead_isRefused_andReadAnewServes() throws IOException {
    ModelVersion version = repository.newest("resnet20");
    Files.write(model, bytes("changed"));

    assertThatThrownBy(version::readVerified)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "resnet20 version 1 has changed since it was read: %s had sha256 %s and has %s; put a new"
                + " file into a new version folder",
            model, version.sha256(), Sha256.of(bytes("changed")));
    assertThat(repository.newest("resnet20").readVerified()).isEqualTo(bytes("changed"));
  }

  @Test
  void labels_areInTheFileThatTheOutputNames() throws IOException {
    Files.writeString(home.resolve("config.pbtxt"), CONFIG + "output { label_filename: 'n.txt' }");
    Path labels = home.resolve("n.txt");

    assertRefused(
        "there is no "
            + labels
            + ": write one class per line there, or name another file as label_filename of the output"
            + " in config.pbtxt");

    Files.writeString(labels, "tench\ngoldfish");
    assertThat(repository.newest("resnet20").labels().names()).containsExactly("tench", "goldfish");
  }

  @Test
  void folderWithNeitherManifestNorModel_isRefusedAsEver() throws IOException {
    Files.delete(model);
    assertRefused(
        "there is no "
            + home.resolve("1/millrace.json")
            + ": the version was removed, or was never published");

    Files.createDirectory(model); // Triton stores models with external weights in a folder.
    assertRefused(
        "there is no "
            + home.resolve("1/millrace.json")
            + ": the version was removed, or was never published");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> repository.newest("resnet20"))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }
}
