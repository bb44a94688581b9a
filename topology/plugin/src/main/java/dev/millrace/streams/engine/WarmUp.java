package dev.millrace.streams.engine;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Runs a session on black images. The first runs warm up the session before it receives images.
 * After a batch has failed, another run of a black image shows whether the device is the cause. If
 * the device is the cause, this run fails, too. Confined to one thread.
 */
final class WarmUp {

  /** Largest allowed difference between 1 and the sum of exclusive classes' probabilities. */
  private static final double SUM_TOLERANCE = 1e-3;

  /** Largest number of timed runs. A slow model gets fewer. */
  private static final int TIMED_RUNS = 5;

  private final ModelVersion version;
  private final ModelSession session;
  private final Probabilities probabilities;

  WarmUp(ModelVersion version, ModelSession session) {
    this(version, session, new Probabilities());
  }

  /**
   * Creates a warm-up with the caller's buffer.
   *
   * @param probabilities receives the answers
   */
  WarmUp(ModelVersion version, ModelSession session, Probabilities probabilities) {
    this.version = version;
    this.session = session;
    this.probabilities = probabilities;
  }

  /**
   * Runs one batch of each size that {@link BatchSizes#toWarmUp} returns.
   *
   * @throws ModelException if a run fails, or its answers are not probabilities
   */
  void run(BatchSizes sizes) {
    List<Integer> toWarmUp = sizes.toWarmUp();
    ByteBuffer pixels = black(toWarmUp.get(toWarmUp.size() - 1));
    for (int size : toWarmUp) {
      run(pixels, size);
      for (int image = 0; image < size; image++) {
        requireAnswer(probabilities.of(image));
      }
    }
  }

  /**
   * Runs one image.
   *
   * @param black the image's pixels, all of them 0
   * @throws ModelException if the run fails, or the answer is not of the kind that the session
   *     reports
   */
  void runOne(ByteBuffer black) {
    run(black, 1);
    requireAnswer(probabilities.of(0));
  }

  /**
   * Times a few runs of one image, and returns the time of the quickest run. A slower run may have
   * waited for a core.
   *
   * @param enough when the runs have taken this time together, no further run begins
   * @param nanoTime the clock, for example {@link System#nanoTime}
   * @return the time in ns, at least 1
   */
  long quickestRun(Duration enough, LongSupplier nanoTime) {
    ByteBuffer pixels = black(1);
    long quickest = Long.MAX_VALUE;
    long spent = 0;
    for (int i = 0; i < TIMED_RUNS && spent < enough.toNanos(); i++) {
      long start = nanoTime.getAsLong();
      run(pixels, 1);
      long nanos = Math.max(1, nanoTime.getAsLong() - start);
      quickest = Math.min(quickest, nanos);
      spent += nanos;
    }
    return quickest;
  }

  private ByteBuffer black(int images) {
    return ByteBuffer.allocateDirect(images * version.manifest().preprocessing().bytes());
  }

  private void run(ByteBuffer pixels, int images) {
    try {
      probabilities.run(session, pixels, images);
    } catch (InferenceException e) {
      throw new ModelException(version + " does not run: " + e.getMessage(), e);
    }
  }

  private void requireAnswer(float[] row) {
    String problem = session.answers().problem(row, SUM_TOLERANCE);
    if (problem != null) {
      throw new ModelException(
          version
              + " answers a black image with "
              + problem
              + "; check its weights and import it again");
    }
  }
}
