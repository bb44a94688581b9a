package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the command with a trainer that does no step. A signal stops the training, and the trainer
 * may end in two ways after the signal.
 */
class TrainingEndTest {

  /** No process has this id, so the training is stopped at once. */
  private static final String NO_PROCESS = "--parent=999999999";

  /** The options that the recipe prints with {@code --epochs=5}. */
  private static final List<String> SMALL_DATA_WITH_5_EPOCHS =
      List.of(
          "--epochs=5",
          "--patience=0",
          "--batch-size=128",
          "--no-balance",
          "--learning-rate=0.2",
          "--schedule=one_cycle",
          "--warm-up=0",
          "--warm-up-shape=linear",
          "--backbone-rate=1",
          "--label-smoothing=0.1",
          "--zero-init",
          "--optimizer=nesterov",
          "--momentum=0.9",
          "--weight-decay=0.0005",
          "--no-decay-norms",
          "--clip-norm=0",
          "--ema-decay=0.99",
          "--crop-padding=2",
          "--crop-area=1",
          "--flip",
          "--color-jitter=0",
          "--no-trivial-augment",
          "--erasing=0.25",
          "--mixup=0",
          "--cutmix=0");

  @TempDir private Path folder;

  /** A trainer that does nothing, but is asked to stop. */
  private abstract static class FakeTrainer implements Trainer {
    private final boolean finishes;

    FakeTrainer(boolean finishes) {
      this.finishes = finishes;
    }

    @Override
    public boolean train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop) {
      assertThat(stop.getAsBoolean()).isTrue();
      return finishes;
    }

    @Override
    public Optional<ForgottenImage> forget(
        Path run, Path replay, String key, Consumer<ForgottenImage> before) {
      return Optional.empty();
    }
  }

  /** Ends as if the signal came during the last publication. */
  public static final class FinishingTrainer extends FakeTrainer {
    public FinishingTrainer() {
      super(true);
    }
  }

  /** Ends before its last step. */
  public static final class StoppingTrainer extends FakeTrainer {
    public StoppingTrainer() {
      super(false);
    }
  }

  private CapturedRun train(Class<? extends Trainer> trainer, String... more) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Trainer.class.getName()), trainer.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      Stream<String> line =
          Stream.of(
              "train",
              "--data=x",
              "--model=m",
              "--repository=" + folder.resolve("models"),
              "--run=" + folder.resolve("run"),
              NO_PROCESS);
      return CapturedRun.of(Stream.concat(line, Stream.of(more)).toArray(String[]::new))
          .succeeded();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void trainingThatFinishesAfterASignal_isDone() throws IOException {
    assertThat(train(FinishingTrainer.class).out()).startsWith("done: 0 versions");
  }

  @Test
  void trainingThatASignalStops_continuesLater() throws IOException {
    assertThat(train(StoppingTrainer.class).out())
        .isEqualToIgnoringNewLines("stopped; the same command continues from here");
  }

  @Test
  void recipe_isPrintedInFullAtTheStart_withTheOptionsThatReplaceItsValues() throws IOException {
    assertThat(train(FinishingTrainer.class, "--recipe=small-data", "--epochs=5").outLines())
        .first()
        .isEqualTo("recipe small-data: " + String.join(" ", SMALL_DATA_WITH_5_EPOCHS));
  }

  @Test
  void recipeInJson_hasAllItsOptions() throws IOException {
    List<String> lines =
        train(FinishingTrainer.class, "--recipe=small-data", "--epochs=5", "--json").outLines();
    assertThat(lines).isNotEmpty();
    JsonNode event = new ObjectMapper().readTree(lines.get(0));

    assertThat(event.get("recipe").asText()).isEqualTo("small-data");
    assertThat(event.get("options"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(SMALL_DATA_WITH_5_EPOCHS);
  }
}
