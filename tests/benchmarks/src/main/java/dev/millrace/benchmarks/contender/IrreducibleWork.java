package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * The processor time that this process spends on decoding and running, which no pipeline saves. It
 * is counted where it is spent: a shared machine's speed drifts too much from one minute to the
 * next to subtract what was measured at another time. Thread-safe.
 */
final class IrreducibleWork {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final LongAdder NANOS = new LongAdder();

  private IrreducibleWork() {}

  /** Since the process began, by all that is {@code counted}. */
  static long nanos() {
    return NANOS.sum();
  }

  private static void count(Runnable work) {
    long start = THREADS.getCurrentThreadCpuTime();
    try {
      work.run();
    } finally {
      NANOS.add(THREADS.getCurrentThreadCpuTime() - start);
    }
  }

  /** The same, whose sessions' runs count. They take place on their caller's thread. */
  static ModelRuntime counted(ModelRuntime runtime) {
    return (version, device) -> new CountedSession(runtime.open(version, device));
  }

  /** The same, whose work counts. */
  static ImageDecoder counted(ImageDecoder decoder) {
    return new CountedDecoder(decoder);
  }

  private static final class CountedSession extends WrappedSession {
    private CountedSession(ModelSession session) {
      super(session);
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      count(() -> super.run(pixels, images, probabilities));
    }
  }

  private record CountedDecoder(ImageDecoder decoder) implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      count(() -> decoder.decode(encoded, preprocessing, pixels));
    }

    @Override
    public void close() {
      decoder.close();
    }
  }
}
