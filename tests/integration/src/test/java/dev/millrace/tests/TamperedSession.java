package dev.millrace.tests;

import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A session of which each run is followed by something that a real device does at times.
 *
 * @param session closed with this one
 */
public record TamperedSession(ModelSession session, Tampering tampering) implements ModelSession {

  /** What follows a run. */
  @FunctionalInterface
  public interface Tampering {
    /** May take its time, and may change the probabilities; the rest is as in {@code run}. */
    void afterRun(ModelSession session, ByteBuffer pixels, int images, FloatBuffer probabilities);
  }

  /** A runtime all of whose sessions are tampered with. */
  public static ModelRuntime runtime(ModelRuntime runtime, Tampering tampering) {
    return (version, device) -> new TamperedSession(runtime.open(version, device), tampering);
  }

  @Override
  public int classes() {
    return session.classes();
  }

  @Override
  public int inputSize() {
    return session.inputSize();
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
