package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests reading a repository; {@link ModelPublicationTest} tests writing. */
class ModelRepositoryTest {

  @TempDir private Path around;
  private Path root;
  private ModelRepository repository;

  @BeforeEach
  void open() throws IOException {
    root = Files.createDirectory(around.resolve("models"));
    repository = new ModelRepository(root);
  }

  @Test
  void models_ofAnEmptyRepository_areNone() {
    assertThat(repository.root()).isEqualTo(root);
    assertThat(repository.models()).isEmpty();
  }

  @Test
  void models_published_areInAlphabeticalOrder() {
    for (String model : List.of("resnet50", "Alex", "resnet18")) {
      Samples.publish(repository, model, "weights");
    }

    assertThat(repository.models()).containsExactly("Alex", "resnet18", "resnet50");
  }

  @Test
  void models_amongWhatIsNoModel_areFoundAlone() throws IOException {
    Samples.publish(repository, "resnet20", "weights");
    for (String folder : List.of(".git/1", "lost+found/1", "my model/1", "_old/1", "empty")) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.writeString(root.resolve("README"), "not a folder");
    Files.createDirectories(root.resolve("unfinished/.publishing-1"));

    assertThat(repository.models()).containsExactly("resnet20");
  }

  @Test
  void versions_amongWhatIsNoVersion_areFoundAlone() throws IOException {
    Samples.publish(repository, "resnet20", "weights");
    Path home = root.resolve("resnet20");
    for (String folder : List.of("0", "02", "-3", "4a", "v5", ".6", "1234567890", "٧", "old")) {
      Files.createDirectory(home.resolve(folder));
    }
    Files.writeString(home.resolve("8"), "not a folder");
    Files.writeString(home.resolve("config.pbtxt"), "name: \"resnet20\"");

    assertThat(repository.versions("resnet20")).containsExactly(1);
    assertThat(repository.newest("resnet20").version()).isEqualTo(1);
  }

  @Test
  void versions_ofMoreThanOneDigit_areInTheOrderOfNumbers() throws IOException {
    Files.createDirectories(root.resolve("resnet20/9"));
    ModelVersion tenth = Samples.publish(repository, "resnet20", "weights 10");
    ModelVersion eleventh = Samples.publish(repository, "resnet20", "weights 11");

    assertThat(repository.versions("resnet20")).containsExactly(9, 10, 11);
    assertThat(repository.newest("resnet20")).isEqualTo(eleventh);
    assertThat(repository.version("resnet20", 10)).isEqualTo(tenth);
  }

  @Test
  void repository_thatIsMissing_saysHowToMakeOne() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    for (Path absent : List.of(root.resolve("absent"), file)) {
      ModelRepository missing = new ModelRepository(absent);

      for (ThrowingCallable reading :
          List.<ThrowingCallable>of(
              missing::models,
              () -> missing.versions("resnet20"),
              () -> missing.newest("resnet20"),
              () -> missing.version("resnet20", 1))) {
        assertRefused(reading, "there is no repository folder " + absent);
      }
    }
  }

  @Test
  void model_thatIsMissing_saysWhichThereAre() {
    Samples.publish(repository, "resnet18", "weights");
    Samples.publish(repository, "resnet20", "weights");
    String message =
        "the repository " + root + " has no model 'resnet50' (it has [resnet18, resnet20])";

    assertRefused(() -> repository.versions("resnet50"), message);
    assertRefused(() -> repository.newest("resnet50"), message);
    assertRefused(() -> repository.version("resnet50", 1), message);
  }

  @Test
  void model_withoutAVersion_saysHowToPublishOne() throws IOException {
    Files.createDirectories(root.resolve("resnet20/.publishing-1"));
    String message = "model 'resnet20' in " + root + " has no version";

    assertThat(repository.versions("resnet20")).isEmpty();
    assertRefused(() -> repository.newest("resnet20"), message);
    assertRefused(() -> repository.version("resnet20", 1), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3, 2_000_000_000})
  void version_thatIsMissing_saysWhichThereAre(int version) {
    Samples.publish(repository, "resnet20", "weights 1");
    Samples.publish(repository, "resnet20", "weights 2");

    assertRefused(
        () -> repository.version("resnet20", version),
        "model 'resnet20' in " + root + " has no version " + version + "; name one of [1, 2]");
  }

  @Test
  void version_withAModelFileAlone_saysWhatIsMissing() throws IOException {
    Path folder = Files.createDirectories(root.resolve("resnet20/1"));
    Files.write(folder.resolve("model.onnx"), Samples.bytes("weights"));
    String message =
        "there is no "
            + root.resolve("resnet20/1/millrace.json")
            + ": the version was removed, or was never published";

    assertThat(repository.models()).containsExactly("resnet20");
    assertRefused(() -> repository.newest("resnet20"), message);
    assertRefused(() -> repository.version("resnet20", 1), message);
  }

  /** A layout that recognises a version folder by a file that has the layout's name. */
  private record NamedLayout(String name, ModelVersion version) implements ForeignLayout {
    @Override
    public boolean holds(Path folder) {
      return Files.exists(folder.resolve(name));
    }

    @Override
    public ModelVersion read(Path folder, String model, int number) {
      assertThat(folder).endsWith(Path.of(model, Integer.toString(number)));
      return version;
    }
  }

  @Test
  void version_ofAForeignLayout_isReadByTheFirstThatHoldsIt() throws IOException {
    ModelVersion ours = Samples.publish(repository, "resnet20", "weights");
    ModelVersion a = new ModelVersion(Path.of("a"), ours.manifest(), OptionalInt.of(4), false);
    ModelVersion b = new ModelVersion(Path.of("b"), ours.manifest(), OptionalInt.empty(), false);
    repository = new ModelRepository(root, new NamedLayout("a", a), new NamedLayout("b", b));
    Files.createFile(ours.folder().resolve("a"));
    Files.createFile(Files.createDirectories(root.resolve("resnet20/2")).resolve("a"));
    Files.createFile(root.resolve("resnet20/2/b"));
    Files.createFile(Files.createDirectories(root.resolve("resnet20/3")).resolve("b"));
    Files.createDirectories(root.resolve("resnet20/4"));

    assertThat(repository.version("resnet20", 1)).as("has a manifest").isEqualTo(ours);
    assertThat(repository.version("resnet20", 2)).isSameAs(a);
    assertThat(repository.version("resnet20", 3)).isSameAs(b);
    assertThatThrownBy(() -> repository.version("resnet20", 4))
        .isInstanceOf(UnpublishedModelException.class);
  }

  @Test
  void version_movedToAnotherNumberOrModel_isRefused() throws IOException {
    Path published = Samples.publish(repository, "resnet20", "weights").folder();
    copy(published, root.resolve("resnet20/7"));
    copy(published, root.resolve("resnet50/1"));

    assertRefused(
        () -> repository.newest("resnet20"),
        root.resolve("resnet20/7/millrace.json")
            + " belongs to resnet20 version 1: do not move or copy version folders;"
            + " import the model instead");
    assertRefused(
        () -> repository.version("resnet50", 1),
        root.resolve("resnet50/1/millrace.json")
            + " belongs to resnet20 version 1: do not move or copy version folders;"
            + " import the model instead");
    assertThat(repository.version("resnet20", 1).folder()).isEqualTo(published);
  }

  @ParameterizedTest
  @ValueSource(strings = {".hidden", "../x", "a/b", "", "."})
  void model_ofANameThatNoneMayHave_isRefused(String model) {
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> repository.versions(model),
            () -> repository.newest(model),
            () -> repository.version(model, 1),
            () -> Samples.publish(repository, model, "weights"))) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("model name: '" + model + "' is not made of letters");
    }
    assertThat(root).isEmptyDirectory();
    assertThat(around.resolve("x")).doesNotExist();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ModelException.class).hasMessage(message);
  }
}
