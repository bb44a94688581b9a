package dev.millrace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.ModelSession;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IrreducibleWorkTest {

  private static final long WORK = Duration.ofMillis(20).toNanos();

  private static void work() {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    while (threads.getCurrentThreadCpuTime() - start < WORK) {
      Thread.onSpinWait();
    }
  }

  private static final class WorkingSession implements ModelSession {
    @Override
    public int classes() {
      return 1;
    }

    @Override
    public int inputWidth() {
      return 1;
    }

    @Override
    public int inputHeight() {
      return 1;
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      work();
    }

    @Override
    public void close() {}
  }

  private static final class WorkingDecoder implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      work();
    }

    @Override
    public void close() {}
  }

  @Test
  void runs_countWhatTheyTake_andNothingElseDoes() {
    ModelSession session =
        IrreducibleWork.counted((version, device) -> new WorkingSession()).open(null, Device.CPU);
    long before = IrreducibleWork.nanos();
    session.run(null, 1, null);
    work();
    assertThat(IrreducibleWork.nanos() - before).isBetween(WORK, 2 * WORK - 1);
  }

  @Test
  void decodings_count() {
    ImageDecoder decoder = IrreducibleWork.counted(new WorkingDecoder());
    long before = IrreducibleWork.nanos();
    decoder.decode(null, null, null);
    assertThat(IrreducibleWork.nanos() - before).isGreaterThanOrEqualTo(WORK);
  }
}
