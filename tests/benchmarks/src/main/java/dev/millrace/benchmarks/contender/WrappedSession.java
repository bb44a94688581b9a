package dev.millrace.benchmarks.contender;

import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A session that delegates every call to another session. A subclass overrides the methods that it
 * changes.
 */
public class WrappedSession implements ModelSession {

  private final ModelSession session;

  public WrappedSession(ModelSession session) {
    this.session = session;
  }

  @Override
  public int classes() {
    return session.classes();
  }

  @Override
  public int inputWidth() {
    return session.inputWidth();
  }

  @Override
  public int inputHeight() {
    return session.inputHeight();
  }

  @Override
  public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
    session.run(pixels, images, probabilities);
  }

  @Override
  public void close() {
    session.close();
  }
}
