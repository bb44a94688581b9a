package dev.millrace.benchmarks.contender;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that leaves the cores alone: a run takes 20 ms and 0.2 ms an image, one run at a time.
 * With the 64 images that a run takes at most, that is 1,951 images a second. As a GPU does, it
 * goes on with the next run at once if somebody waits with it, however late the caller of the last
 * wakes up.
 */
public final class SimulatedAccelerator implements ModelRuntime {

  /** Images of a run at most. */
  public static final int MAX_BATCH_SIZE = 64;

  private static final long RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long IMAGE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /** When it will have done what it was given. */
  private final AtomicLong free;

  SimulatedAccelerator() {
    this(System.nanoTime());
  }

  /** One that has nothing to do from then on. */
  SimulatedAccelerator(long now) {
    free = new AtomicLong(now);
  }

  /** Images a second, if every run is full. */
  public static double imagesPerSecond() {
    return MAX_BATCH_SIZE * 1e9 / nanos(MAX_BATCH_SIZE);
  }

  private static long nanos(int images) {
    return RUN_NANOS + images * IMAGE_NANOS;
  }

  /** Takes a run of so many images, and says when it will have ended. */
  long end(long asked, int images) {
    return free.updateAndGet(before -> (before - asked > 0 ? before : asked) + nanos(images));
  }

  @Override
  public ModelSession open(ModelVersion version, Device place) {
    return new Session(new ConstantSession(version));
  }

  private final class Session implements ModelSession {
    private final ConstantSession answers;

    Session(ConstantSession answers) {
      this.answers = answers;
    }

    @Override
    public int classes() {
      return answers.classes();
    }

    @Override
    public int inputSize() {
      return answers.inputSize();
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      if (images > MAX_BATCH_SIZE) {
        throw new IllegalArgumentException("images: " + images + " is above " + MAX_BATCH_SIZE);
      }
      long asked = System.nanoTime();
      long end = end(asked, images);
      for (long left = end - asked; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      answers.run(pixels, images, probabilities);
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
