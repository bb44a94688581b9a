package dev.millrace.streams.engine;

import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The answers of the latest run: a direct buffer {@code float32[images, classes]} that grows with
 * the largest run and is used again for the next one. Confined to one thread.
 */
final class Probabilities {

  private FloatBuffer values = allocate(0);
  private int classes;

  /**
   * Runs a session and keeps its answers until the next run.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @throws InferenceException if the device failed
   */
  void run(ModelSession session, ByteBuffer pixels, int images) {
    classes = session.classes();
    int needed = images * classes;
    if (values.capacity() < needed) {
      values = allocate(Math.max(needed, 2 * values.capacity()));
    }
    session.run(pixels, images, values);
  }

  /** The probabilities of one image of the latest run: {@code float32[classes]}, the caller's. */
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
