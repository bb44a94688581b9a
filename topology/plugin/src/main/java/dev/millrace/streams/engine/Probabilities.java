package dev.millrace.streams.engine;

import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The answers of the latest run: a direct buffer {@code float32[images, classes]}. The buffer grows
 * to the size of the largest run, and every run reuses it. Confined to one thread.
 */
final class Probabilities {

  /** The largest number of floats in a buffer. */
  static final int MAX_FLOATS = Integer.MAX_VALUE / Float.BYTES;

  private FloatBuffer values = allocate(0);
  private int classes;

  /**
   * Runs a session and keeps its answers until the next run.
   *
   * @param session the session to run
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param images the number of images, at least 1
   * @throws InferenceException if the session throws an exception or a {@link StackOverflowError}.
   *     Any other {@link Error} is passed on, because it does not concern this run alone
   */
  void run(ModelSession session, ByteBuffer pixels, int images) {
    try {
      classes = session.classes();
      makeRoomFor(images * classes);
      session.run(pixels, images, values);
    } catch (InferenceException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new InferenceException("the session failed on a batch of " + images + ": " + e, e);
    }
  }

  private void makeRoomFor(int floats) {
    if (values.capacity() < floats) {
      long twice = Math.min(MAX_FLOATS, 2L * values.capacity());
      values = allocate((int) Math.max(floats, twice));
    }
  }

  /**
   * {@return the probabilities of one image of the latest run: {@code float32[classes]}, owned by
   * the caller}
   */
  float[] of(int image) {
    float[] row = new float[classes];
    values.get(image * classes, row);
    return row;
  }

  private static FloatBuffer allocate(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
