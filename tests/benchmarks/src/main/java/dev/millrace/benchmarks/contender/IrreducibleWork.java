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
 * Counts the processor time that this process spends on decoding images and running the model. No
 * pipeline can avoid this work. The work is measured in the contender's own process, during its
 * run. A measurement in another process at another time would not be comparable, because the speed
 * of a shared machine drifts from minute to minute. Thread-safe.
 */
final class IrreducibleWork {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final LongAdder NANOS = new LongAdder();

  private IrreducibleWork() {}

  /**
   * Returns the processor time, in ns, that all runtimes and decoders returned by {@code counted}
   * have used since this process began.
   */
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

  /**
   * Returns a runtime whose sessions count the processor time of their runs. A session must run the
   * model only on the calling thread, because the processor time of other threads is not counted.
   */
  static ModelRuntime counted(ModelRuntime runtime) {
    return (version, device) -> new CountedSession(runtime.open(version, device));
  }

  /** Returns a decoder that counts the processor time of its calls. */
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
