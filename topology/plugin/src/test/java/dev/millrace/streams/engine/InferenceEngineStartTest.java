package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.NativeLibraryException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what an engine that fails to start leaves behind: no thread and no model. */
@Timeout(30)
class InferenceEngineStartTest {

  private static final EngineConfig CONFIG =
      new EngineConfig(List.of(Device.CPU), 4, Duration.ZERO, 3, 2, ImageLimits.DEFAULT);

  private final FakeModel model = new FakeModel();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Thread> made = new ArrayList<>();

  /**
   * The engine needs six threads: three decode threads, a watchdog and two runners. Only the first
   * {@code enough} threads start.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5})
  void engineThatGetsTooFewThreads_endsThoseItHas_andFreesTheModel(int enough) {
    assertThatThrownBy(() -> start(enough)).hasMessage("unable to create native thread");

    assertThat(made).hasSizeGreaterThan(enough);
    await().until(() -> made.stream().noneMatch(Thread::isAlive));
    assertThat(model.open).isEmpty();
    assertThat(registry.find("millrace.inference.request.success").counter()).isNull();
  }

  /** For example, OpenCV has no native library for this machine on the class path. */
  @Test
  void decoderThatCannotBeCreated_failsTheStart() {
    NativeLibraryException missing = new NativeLibraryException("OpenCV cannot be loaded", null);
    Supplier<ImageDecoder> decoders =
        () -> {
          throw missing;
        };

    assertThatThrownBy(() -> start(Integer.MAX_VALUE, decoders)).isSameAs(missing);

    assertThat(made).isEmpty();
    assertThat(model.open).isEmpty();
  }

  private InferenceEngine start(int enough) {
    return start(enough, () -> new FakeDecoder(new CountDownLatch(0)));
  }

  private InferenceEngine start(int enough, Supplier<ImageDecoder> decoders) {
    return InferenceEngine.start(
        CONFIG,
        threads(enough),
        new ModelLoader(model, CONFIG, new EngineMetrics(registry), System::nanoTime),
        FakeModel.version(),
        decoders,
        System::nanoTime);
  }

  /** Returns threads of which only the first {@code enough} start. */
  private EngineThreads threads(int enough) {
    int[] started = {0};
    return (name, work) -> {
      Thread thread =
          new Thread(work, name) {
            @Override
            public synchronized void start() {
              if (started[0]++ == enough) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              super.start();
            }
          };
      thread.setDaemon(true);
      made.add(thread);
      return thread;
    };
  }
}
