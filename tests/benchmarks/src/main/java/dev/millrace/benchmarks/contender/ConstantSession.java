package dev.millrace.benchmarks.contender;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** A session that takes no time and returns the same probability for each class. */
record ConstantSession(int classes, int inputWidth, int inputHeight) implements ModelSession {

  ConstantSession(ModelVersion version) {
    this(
        version.manifest().labels().size(),
        version.manifest().preprocessing().width(),
        version.manifest().preprocessing().height());
  }

  @Override
  public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
    for (int i = 0; i < images * classes; i++) {
      probabilities.put(i, 1f / classes);
    }
  }

  @Override
  public void close() {
    // This session has no resources to close.
  }
}
