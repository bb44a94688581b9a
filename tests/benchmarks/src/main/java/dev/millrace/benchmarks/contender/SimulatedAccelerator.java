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
 * A simulated device for running models. It uses no CPU core. It executes one run of a model at a
 * time. A run takes a fixed time plus a time for each image. On the fast device, a run takes 20 ms
 * plus 0.2 ms per image, so the device classifies 1,951 images per second in full runs of 64
 * images. On the slow device, a run takes 25 ms per image, so the device classifies 40 images per
 * second. Like a GPU, the device begins the next waiting run as soon as the current run ends. It
 * does not wait until the thread that called the current run has woken up.
 */
public final class SimulatedAccelerator implements ModelRuntime {

  /** Largest number of images in a run of the fast device. */
  public static final int MAX_BATCH_SIZE = 64;

  /** Largest number of images in a run of the slow device. */
  public static final int SLOW_MAX_BATCH_SIZE = 4;

  private static final long RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long IMAGE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long SLOW_IMAGE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private final int maxBatchSize;
  private final long runNanos;
  private final long imageNanos;

  /**
   * Time at which the device finishes all runs that it has accepted, in ns of {@link
   * System#nanoTime}.
   */
  private final AtomicLong free;

  private SimulatedAccelerator(long now, int maxBatchSize, long runNanos, long imageNanos) {
    free = new AtomicLong(now);
    this.maxBatchSize = maxBatchSize;
    this.runNanos = runNanos;
    this.imageNanos = imageNanos;
  }

  /**
   * Creates a fast device that is idle at the time {@code now}.
   *
   * @param now current time, in ns of {@link System#nanoTime}
   */
  static SimulatedAccelerator fast(long now) {
    return new SimulatedAccelerator(now, MAX_BATCH_SIZE, RUN_NANOS, IMAGE_NANOS);
  }

  /**
   * Creates a slow device that is idle at the time {@code now}.
   *
   * @param now current time, in ns of {@link System#nanoTime}
   */
  static SimulatedAccelerator slow(long now) {
    return new SimulatedAccelerator(now, SLOW_MAX_BATCH_SIZE, 0, SLOW_IMAGE_NANOS);
  }

  /** Returns the number of images per second that the fast device classifies in full runs. */
  public static double imagesPerSecond() {
    return MAX_BATCH_SIZE * 1e9 / (RUN_NANOS + MAX_BATCH_SIZE * IMAGE_NANOS);
  }

  /** Returns the number of images per second that the slow device classifies. */
  public static double slowImagesPerSecond() {
    return 1e9 / SLOW_IMAGE_NANOS;
  }

  /**
   * Accepts a run, and returns the time at which the run ends, in ns of {@link System#nanoTime}.
   *
   * @param asked time at which the caller asks for the run, in ns of {@link System#nanoTime}
   * @param images number of images in the run
   */
  long end(long asked, int images) {
    return free.updateAndGet(
        before -> (before - asked > 0 ? before : asked) + runNanos + images * imageNanos);
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
    public int inputWidth() {
      return answers.inputWidth();
    }

    @Override
    public int inputHeight() {
      return answers.inputHeight();
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      if (images > maxBatchSize) {
        throw new IllegalArgumentException("images: " + images + " is above " + maxBatchSize);
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
      // This session has no resources to close.
    }
  }
}
