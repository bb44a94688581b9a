package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainForgetCommandTest {

  @TempDir private Path folder;

  /** The first training on the image began after version 1. The file says that it is removed. */
  public static final class ForgettingTrainer implements Trainer {

    @Override
    public boolean train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop) {
      throw new AssertionError();
    }

    @Override
    public Optional<ForgottenImage> forget(
        Path run, Path replay, String key, Consumer<ForgottenImage> before) {
      if (key.equals("unknown")) {
        return Optional.empty();
      }
      ForgottenImage found =
          new ForgottenImage(
              key,
              true,
              key.equals("held-out") ? OptionalInt.empty() : OptionalInt.of(1),
              List.of());
      before.accept(found);
      try {
        Files.createFile(run.resolve("removed"));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return Optional.of(found);
    }
  }

  private CapturedRun forget(String... options) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Trainer.class.getName()), ForgettingTrainer.class.getName());
    List<String> line =
        new ArrayList<>(
            List.of(
                "train",
                "forget",
                "--model=m",
                "--repository=" + folder.resolve("models"),
                "--run=" + folder));
    line.addAll(List.of(options));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return CapturedRun.of(line.toArray(String[]::new));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private void publish() {
    new ModelRepository(folder.resolve("models"))
        .publish(
            "m",
            new byte[] {1},
            new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
            new Labels(List.of("a", "b")),
            new ModelManifest.Source("training", null, null));
  }

  @Test
  void versionsAfterTheFirstTraining_areNamed() throws IOException {
    publish();
    publish();
    publish();

    assertThat(forget("a").succeeded().outLines())
        .containsExactly(
            "'a' is removed from " + folder.resolve("replay"),
            "versions that may depend on it: 2, 3");
  }

  @Test
  void answerInJson_saysWhichVersionsTheRepositoryHas() throws IOException {
    publish();
    publish();

    assertThat(forget("a", "--json").succeeded().json())
        .hasToString("{\"key\":\"a\",\"versions\":[2],\"after\":1,\"newest\":2,\"copies\":[]}");
  }

  /** The image cannot be forgotten twice, so the first answer has to be the right one. */
  @Test
  void repositoryOfAnotherTrainer_isNoticed() throws IOException {
    assertThat(forget("a").succeeded().outLines())
        .containsExactly(
            "'a' is removed from " + folder.resolve("replay"),
            "no version in " + folder.resolve("models") + " was trained on it",
            "a round was trained on it after version 1, but "
                + folder.resolve("models")
                + " has no version of m; if the trainer publishes to another repository, the"
                + " versions after 1 there may depend on it");
  }

  @Test
  void imageThatWasHeldOut_isOfNoVersion() throws IOException {
    assertThat(forget("held-out").succeeded().outLines())
        .containsExactly(
            "'held-out' is removed from " + folder.resolve("replay"),
            "no version in " + folder.resolve("models") + " was trained on it");
  }

  @Test
  void unknownKey_isAnError() throws IOException {
    assertThat(forget("unknown").failureLine())
        .endsWith(
            "holds no image with the key 'unknown', and knows no training on one; check the key"
                + " and --run");
  }

  /** A link to itself cannot be listed. */
  @Test
  void repositoryThatCannotBeRead_isAnErrorBeforeTheRemoval() throws IOException {
    Path models = folder.resolve("models");
    Files.createSymbolicLink(models, models);

    assertThat(forget("a").failureLine()).contains("cannot list " + models);
    assertThat(folder.resolve("removed")).doesNotExist();
  }
}
