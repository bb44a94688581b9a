package dev.millrace.tests;

import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A session that imitates a fault or a delay of a real device after each run of the model.
 *
 * @param session session that runs the model; closing this object also closes {@code session}
 * @param tampering called after each run of the model, to imitate the fault or delay
 */
public record TamperedSession(ModelSession session, Tampering tampering) implements ModelSession {

  /** Imitates a fault or a delay after a run. */
  @FunctionalInterface
  public interface Tampering {
    /**
     * Called after each run, with the arguments of {@link ModelSession#run}. An implementation may
     * wait, and may change the probabilities.
     */
    void afterRun(ModelSession session, ByteBuffer pixels, int images, FloatBuffer probabilities);
  }

  /** Returns a runtime that opens the sessions of {@code runtime} with this tampering. */
  public static ModelRuntime runtime(ModelRuntime runtime, Tampering tampering) {
    return (version, device) -> new TamperedSession(runtime.open(version, device), tampering);
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
    tampering.afterRun(session, pixels, images, probabilities);
  }

  @Override
  public void close() {
    session.close();
  }
}
