package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A prepared model in ONNX Runtime. A run reads pixels from the caller's buffer, and writes
 * probabilities to the caller's buffer.
 *
 * <p>ONNX Runtime crashes the process if a session is closed during a run (ONNX Runtime's issue
 * 21812). This class therefore counts the runs in progress. {@link #close} throws an exception
 * during a run, and {@link #run} throws an exception after the session was closed.
 */
final class OnnxModelSession implements ModelSession {

  private static final int CLOSED = -1;

  private final OrtSession session;
  private final PreparedSignature signature;

  /** Number of runs in progress, or {@link #CLOSED}. */
  private final AtomicInteger runs = new AtomicInteger();

  /** Creates a session. {@link #close} also closes the given session of ONNX Runtime. */
  OnnxModelSession(OrtSession session, PreparedSignature signature) {
    this.session = session;
    this.signature = signature;
  }

  @Override
  public int classes() {
    return signature.classes();
  }

  @Override
  public int inputWidth() {
    return signature.width();
  }

  @Override
  public int inputHeight() {
    return signature.height();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code images} is less than 1, a buffer is not direct or is
   *     too small, or {@code probabilities} is not in native byte order
   * @throws IllegalStateException if the session is closed
   */
  @Override
  public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
    long bytes = (long) signature.width() * signature.height() * Preprocessing.CHANNELS;
    int input = elements("pixels", pixels, images, bytes);
    int output = elements("probabilities", probabilities, images, signature.classes());
    if (probabilities.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("probabilities: the buffer is not in native byte order");
    }
    begin();
    try {
      score(pixels.slice(0, input), images, probabilities.slice(0, output));
    } finally {
      runs.decrementAndGet();
    }
  }

  private void score(ByteBuffer pixels, long images, FloatBuffer probabilities) {
    long[] inputShape = {images, signature.height(), signature.width(), Preprocessing.CHANNELS};
    long[] outputShape = {images, signature.classes()};
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtLibrary.environment(), pixels, inputShape, OnnxJavaType.UINT8);
        OnnxTensor output =
            OnnxTensor.createTensor(OrtLibrary.environment(), probabilities, outputShape)) {
      session.run(Map.of(signature.input(), input), Map.of(signature.output(), output)).close();
    } catch (OrtException | RuntimeException e) {
      throw new InferenceException(
          "ONNX Runtime failed on a batch of " + images + ": " + OrtFailure.line(e), e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Closing a closed session does nothing.
   *
   * @throws IllegalStateException if a run is in progress; the session then stays open
   */
  @Override
  public void close() {
    if (runs.compareAndSet(0, CLOSED)) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new ModelException("the session cannot be closed: " + OrtFailure.line(e), e);
      }
    } else if (runs.get() != CLOSED) {
      throw new IllegalStateException("the session is in use: close it after its last run");
    }
  }

  private void begin() {
    if (runs.getAndUpdate(count -> count == CLOSED ? CLOSED : count + 1) == CLOSED) {
      throw new IllegalStateException("the session is closed: take a lease before it is closed");
    }
  }

  private static int elements(String name, Buffer buffer, int images, long each) {
    if (images < 1) {
      throw new IllegalArgumentException("images: " + images + " must be at least 1");
    }
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(name + ": the buffer is not direct");
    }
    if (buffer.limit() < images * each) {
      throw new IllegalArgumentException(
          name
              + ": the buffer holds "
              + buffer.limit()
              + " values, but the batch needs "
              + images * each);
    }
    return (int) (images * each);
  }
}
