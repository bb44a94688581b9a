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
   * Loads and runs a version with {@link ModelCheck}, within the time limit.
   *
   * @param version the version
   * @return the result
   * @throws ModelException if the version cannot be served, or the trial takes longer than the
   *     limit
   */
  public ModelCheck check(ModelVersion version) {
    return call(version.toString(), () -> ModelCheck.of(version));
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
