package dev.millrace.core.runtime;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * One version of a model, loaded on one device. Several threads may call {@link #run} at the same
 * time. Use few threads, and always the same threads. Call {@link #close} only when no run is in
 * progress and no run will begin. To ensure this order, the inference engine counts the users of
 * each session.
 */
public interface ModelSession extends AutoCloseable {

  /** {@return the number of classes, which is the length of a row of probabilities} */
  int classes();

  /** {@return the width of the input, in pixels} */
  int inputWidth();

  /** {@return the height of the input, in pixels} */
  int inputHeight();

  /** {@return the meaning of the answers; by default, distributions over exclusive classes} */
  default AnswerKind answers() {
    return AnswerKind.EXCLUSIVE;
  }

  /**
   * Classifies a batch.
   *
   * @param pixels direct buffer of {@code uint8[images, height, width, 3]} from position 0
   * @param images the number of images to classify, at least 1
   * @param probabilities direct buffer in native byte order that receives {@code float32[images,
   *     classes]} from position 0; {@link #answers} defines the meaning of the numbers
   * @throws InferenceException if the run fails; the content of {@code probabilities} is then
   *     undefined
   */
  void run(ByteBuffer pixels, int images, FloatBuffer probabilities);

  /** Frees the model's memory on its device. */
  @Override
  void close();
}
