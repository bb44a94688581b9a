package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.model.ModelException;
import dev.millrace.service.Main;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the trial of a model that never ends fails after the time limit. */
class ModelTrialTest {

  @TempDir private Path folder;

  @Test
  void trial_thatNeverEnds_isRefusedAfterTheLimit() {
    CountDownLatch never = new CountDownLatch(1);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> new ModelTrial(Duration.ofSeconds(1)).call("x.onnx", () -> await(never)))
        .withMessage(
            "x.onnx did not load and answer sample images within 1 s; check the model for a loop"
                + " that does not end, or give it more with 'models import --time-limit'");
    never.countDown();
  }

  @Test
  void trial_thatEnds_givesItsResultOrItsFailure() {
    ModelTrial trial = ModelTrial.usual();

    assertThat(trial.call("x", () -> 7)).isEqualTo(7);
    ModelException failure = new ModelException("refused");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> trial.call("x", () -> fail(failure)))
        .isSameAs(failure);
    StackOverflowError error = new StackOverflowError();
    assertThatExceptionOfType(StackOverflowError.class)
        .isThrownBy(() -> trial.call("x", () -> fail(error)))
        .isSameAs(error);
  }

  @Test
  void limit_ofALargeVersion_isLonger() {
    assertThat(ModelTrial.usual().limit(0)).isEqualTo(Duration.ofSeconds(60));
    assertThat(ModelTrial.usual().limit(2_700_000_000L)).isEqualTo(Duration.ofSeconds(60 + 162));
  }

  @Test
  void limit_ofNothing_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ModelTrial(Duration.ZERO))
        .withMessageContaining("time-limit: 0");
  }

  /**
   * Runs the command in a separate process. Native code cannot be interrupted, so the model runs
   * until its process ends.
   */
  @Test
  void process_withAnEndlessModel_endsWithOneLine() throws Exception {
    Path model = Files.write(folder.resolve("endless.onnx"), EndlessModel.bytes());
    Path labels = Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\n");
    Path errors = folder.resolve("errors");
    Process process = start(model, labels, errors);

    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();

    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(Files.readAllLines(errors))
        .singleElement()
        .asString()
        .startsWith("millrace models import: " + model + " did not load and answer");
    assertThat(folder.resolve("models")).doesNotExist();
  }

  private Process start(Path model, Path labels, Path errors) throws IOException {
    return new ProcessBuilder(
            ChildJvm.command(
                Main.class,
                List.of(),
                List.of(
                    "models",
                    "import",
                    model.toString(),
                    "--labels",
                    labels.toString(),
                    "--size",
                    "8",
                    "--time-limit",
                    "3",
                    "--repository",
                    folder.resolve("models").toString(),
                    "--model",
                    "endless")))
        .redirectError(errors.toFile())
        .start();
  }

  private static int await(CountDownLatch latch) {
    try {
      latch.await();
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int fail(RuntimeException failure) {
    throw failure;
  }

  private static int fail(Error failure) {
    throw failure;
  }
}
