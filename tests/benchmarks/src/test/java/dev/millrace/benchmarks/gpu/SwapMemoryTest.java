package dev.millrace.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.benchmarks.contender.WrappedSession;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.engine.EngineConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures swaps under load on the CPU, where each open session counts as 1,000 bytes of memory.
 */
@Timeout(120)
class SwapMemoryTest {

  private static final long SESSION = 1_000;
  private static final EngineConfig CONFIG =
      new EngineConfig(List.of(Device.CPU), 4, Duration.ZERO, 1, 2, ImageLimits.DEFAULT);

  @TempDir private Path repository;

  private final List<byte[]> pictures = Photographs.jpegs(32, 32, 8);
  private final AtomicLong used = new AtomicLong(5 * SESSION);
  private final AtomicLong most = new AtomicLong();
  private List<ModelVersion> versions;

  @BeforeEach
  void publish() {
    versions =
        List.of(
            Versions.publish(repository, OnnxFormat.EXACT, 1),
            Versions.publish(repository, OnnxFormat.EXACT, 2));
  }

  @Test
  void measure_engineThatFreesWhatItRetires_findsNoGrowth() {
    SwapMemory memory = measure(new Counting(SESSION), Duration.ofSeconds(30));

    assertThat(memory).isEqualTo(new SwapMemory(SESSION, 0));
    assertThat(most).as("bytes while both are loaded").hasValue(7 * SESSION);
    assertThat(used).as("bytes when the engine is closed").hasValue(5 * SESSION);
  }

  @Test
  void measure_memoryThatStaysTaken_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> measure(new Counting(SESSION / 5), Duration.ofMillis(200)))
        .withMessageStartingWith("a swap does not free the old version's memory: ");
  }

  @Test
  void measure_readingThatDoesNotSeeTheModel_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                SwapMemory.measure(
                    CONFIG,
                    new OnnxModelRuntime(),
                    versions,
                    pictures,
                    () -> SESSION,
                    Duration.ofSeconds(1)))
        .withMessageStartingWith("loading a version took no memory: ");
  }

  private SwapMemory measure(ModelRuntime runtime, Duration patience) {
    return SwapMemory.measure(CONFIG, runtime, versions, pictures, used::get, patience);
  }

  /**
   * Opens ONNX Runtime's sessions and counts their bytes. Closing a session frees {@code freed} of
   * its 1,000 bytes.
   */
  private final class Counting implements ModelRuntime {
    private final long freed;

    Counting(long freed) {
      this.freed = freed;
    }

    @Override
    public ModelSession open(ModelVersion version, Device device) {
      ModelSession session = new OnnxModelRuntime().open(version, device);
      most.accumulateAndGet(used.addAndGet(SESSION), Math::max);
      return new WrappedSession(session) {
        @Override
        public void close() {
          super.close();
          used.addAndGet(-freed);
        }
      };
    }
  }
}
