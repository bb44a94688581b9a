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
 * Runs a model that may never end, within a time limit. Loading and running happen on a daemon
 * thread, because native code cannot be interrupted: when the limit is over, the command fails, and
 * the end of the process ends the thread.
 *
 * @param limit how long loading and all runs may take together
 */
public record ModelTrial(Duration limit) {

  /** The limit in seconds, unless the user gives another. */
  public static final int SECONDS = 60;

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
   * Tries a version as {@link ModelCheck} does.
   *
   * @param version the version
   * @return the result
   * @throws ModelException if that takes longer than the limit
   */
  public ModelCheck check(ModelVersion version) {
    return call(version.toString(), () -> ModelCheck.of(version));
  }

  /**
   * Loads and runs a model.
   *
   * @param name of the model, for the message
   * @param trial does it; its unchecked exceptions and errors reach the caller
   * @throws ModelException if it takes longer than the limit
   */
  <T> T call(String name, Supplier<T> trial) {
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
              + " s; check the model for a loop that does not end, or give it more with"
              + " 'models import --time-limit'",
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
