package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {

  /** Locks the given folder, prints {@code held}, and keeps the lock until the end of its input. */
  static final class Main {
    public static void main(String[] args) throws Exception {
      try (RunLock lock = RunLock.of(Path.of(args[0]))) {
        System.out.println("held" + (lock == null));
        System.in.read();
      }
    }
  }

  @TempDir private Path folder;

  @Test
  void secondTrainer_isRefusedNamingTheFirst_untilThatIsKilled() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(holder.inputReader().readLine()).startsWith("held");

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> RunLock.of(folder))
        .withMessage(
            folder
                + " is in use by the trainer with process id "
                + holder.pid()
                + "; stop it, or name another run folder");

    holder.destroyForcibly();
    holder.waitFor();
    RunLock.of(folder).close();
  }

  @Test
  void secondTrainer_isToldTheFirstsWholeProcessId() throws Exception {
    Files.writeString(folder.resolve(".lock"), "a longer process id of a trainer that was killed");

    try (RunLock first = RunLock.of(folder)) {
      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(() -> RunLock.of(folder))
          .withMessageContaining("process id " + ProcessHandle.current().pid() + ";");
    }
  }

  @Test
  void missingFolder_isCreated() {
    Path run = folder.resolve("runs/1");

    RunLock.of(run).close();

    assertThat(run).isDirectory();
  }

  @Test
  void training_isRefusedWhileAnotherHoldsTheFolder() {
    TrainingConfig config = Configs.of(folder, 1, 0.05);

    try (RunLock first = RunLock.of(config.checkpoints().run())) {
      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(() -> new LibtorchTrainer().train(config, new Heard(), () -> true))
          .withMessageContaining("is in use by the trainer");
    }
  }

  @Test
  void secondTrainerOfOneProcess_isRefused() {
    RunLock first = RunLock.of(folder);
    assertThatExceptionOfType(TrainingException.class).isThrownBy(() -> RunLock.of(folder));
    first.close();

    RunLock.of(folder).close();
  }
}
