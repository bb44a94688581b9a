package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signal stops the training. The trainer may end in two ways after the signal. */
class TrainingEndTest {

  /** No process has this id, so the training is stopped at once. */
  private static final String NO_PROCESS = "--parent=999999999";

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

  private CapturedRun train(Class<? extends Trainer> trainer) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Trainer.class.getName()), trainer.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return CapturedRun.of(
              "train",
              "--data=x",
              "--model=m",
              "--repository=" + folder.resolve("models"),
              "--run=" + folder.resolve("run"),
              NO_PROCESS)
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
}
