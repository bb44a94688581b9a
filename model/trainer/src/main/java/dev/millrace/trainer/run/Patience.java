package dev.millrace.trainer.run;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.training.TrainingListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Repeats a step while a model repository or a disk does not work, so that a training that takes
 * hours is not lost. The first pause is 1 s. The pause doubles after each failure, up to one
 * minute. A failure that never ends, for example a missing permission, is repeated until the
 * training is stopped. Confined to one thread.
 */
public final class Patience {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Time between two calls of {@code stop}, in ns. */
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final LongSupplier nanoTime;

  /**
   * Creates a patience.
   *
   * @param listener receives a warning after each failure, and learns that the training waits
   * @param stop called during the pauses; if it returns true, the step is not repeated
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  public Patience(TrainingListener listener, BooleanSupplier stop, LongSupplier nanoTime) {
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
  }

  /**
   * Repeats a step until it does not throw a {@link ModelException}.
   *
   * @param what what the step does, for the warnings
   * @param step the step
   * @return the step's result, or empty if the training was stopped first
   */
  public <T> Optional<T> until(String what, Supplier<T> step) {
    Duration pause = FIRST;
    while (true) {
      try {
        T result = step.get();
        listener.waits(Optional.empty());
        return Optional.of(result);
      } catch (ModelException e) {
        listener.waits(Optional.of(what + " is tried again: " + e.getMessage()));
        listener.warned(
            what + " failed, and is tried again in " + pause.toSeconds() + " s: " + e.getMessage());
      }
      if (!pass(pause)) {
        return Optional.empty();
      }
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
  }

  /** Waits. Returns false if the training is stopped. */
  private boolean pass(Duration pause) {
    long began = nanoTime.getAsLong();
    boolean isStopped = stop.getAsBoolean();
    while (!isStopped && nanoTime.getAsLong() - began < pause.toNanos()) {
      LockSupport.parkNanos(LOOK_NANOS);
      isStopped = stop.getAsBoolean();
    }
    return !isStopped;
  }
}
