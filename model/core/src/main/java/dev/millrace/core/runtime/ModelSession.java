package dev.millrace.core.runtime;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * One loaded version on one device. {@link #run} may be called by several threads at once,
 * preferably by few and always the same ones; {@link #close} only when no run is under way and none
 * will begin, which is what leases are for.
 */
public interface ModelSession extends AutoCloseable {

  /** Number of classes, the width of a row of probabilities. */
  int classes();

  /** Side of the square input, in pixels. */
  int inputSize();

  /**
   * Classifies a batch.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param images how many images of it to run; at least 1
   * @param probabilities direct, native-order buffer that receives {@code float32[images, classes]}
   *     from position 0; each row sums to 1
   * @throws InferenceException if the device failed; {@code probabilities} is then undefined
   */
  void run(ByteBuffer pixels, int images, FloatBuffer probabilities);

  /** Frees the model's memory on its device. */
  @Override
  void close();
}
