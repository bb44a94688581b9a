package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.onnx.ModelCheck;
import dev.millrace.service.command.lifecycle.CommandException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Runs a model within a time limit, because the run of a model may never end. A daemon thread loads
 * and runs the model, because native code cannot be interrupted. When the time limit is over, the
 * command fails, and the end of the process ends the thread.
 *
 * @param limit how long loading and all runs may take together
 */
public record ModelTrial(Duration limit) {

  /** The default of the time limit, in seconds. */
  public static final int SECONDS = 60;

  /** The additional time for a published version, in seconds for each gigabyte of its files. */
  private static final double SECONDS_A_GIGABYTE = 60;

  private static final double BYTES_A_GIGABYTE = 1e9;

  /**
   * Validates the limit.
   *
   * @param limit how long loading and all runs may take together, above 0
   * @throws IllegalArgumentException if the limit is 0 or less
   */
  public ModelTrial {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(
          "time-limit: " + limit.toSeconds() + " must be at least 1 second");
    }
  }

  /** {@return a trial with a limit of {@value #SECONDS} s} */
  public static ModelTrial usual() {
    return new ModelTrial(Duration.ofSeconds(SECONDS));
  }

  /**
   * Loads and runs a version with {@link ModelCheck}. The time limit is longer than {@link #limit}
   * by a minute for each gigabyte, because a large version may have been imported with a longer
   * limit.
   *
   * @param version the version
   * @return the result
   * @throws ModelException if the version cannot be served, or the trial takes longer than the
   *     limit
   */
  public ModelCheck check(ModelVersion version) {
    return new ModelTrial(limit(bytes(version)))
        .call(
            version.toString(),
            "try again while the machine is less busy, or check the model for a loop that does not"
                + " end",
            () -> ModelCheck.of(version));
  }

  /** {@return the time limit of a published version of so many bytes} */
  Duration limit(long bytes) {
    return limit.plusMillis(Math.round(1_000 * SECONDS_A_GIGABYTE * bytes / BYTES_A_GIGABYTE));
  }

  private static long bytes(ModelVersion version) {
    long weights =
        version.weights().values().stream().mapToLong(file -> file.path().toFile().length()).sum();
    return weights + version.modelFile().toFile().length();
  }

  /**
   * Loads and runs a model.
   *
   * @param name the model's name, for the error message
   * @param trial loads and runs the model; its unchecked exceptions and errors are thrown to the
   *     caller
   * @return the result of {@code trial}
   * @throws ModelException if {@code trial} takes longer than the limit
   */
  <T> T call(String name, Supplier<T> trial) {
    return call(
        name,
        "check the model for a loop that does not end, or give it more with 'models import"
            + " --time-limit'",
        trial);
  }

  private <T> T call(String name, String advice, Supplier<T> trial) {
    FutureTask<T> task = new FutureTask<>(trial::get);
    Thread thread = new Thread(task, "model-trial");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e.getCause());
    } catch (TimeoutException e) {
      throw new ModelException(
          name
              + " did not load and answer sample images within "
              + limit.toSeconds()
              + " s; "
              + advice,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted while " + name + " was tried", e);
    }
  }

  private static RuntimeException unwrapped(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
  }
}
