package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OnnxModelSessionTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);
  private static final FloatBuffer ROWS = Runs.floats(3 * SmallModel.CLASSES);

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private ModelSession session;

  @BeforeEach
  void open() {
    byte[] prepared =
        ModelPreparation.prepare(
                SmallModel.nchw().bytes(), SmallModel.PREPROCESSING, SmallModel.LABELS)
            .bytes();
    session =
        OnnxModelRuntime.open(prepared, Device.CPU, SmallModel.PREPROCESSING, SmallModel.LABELS);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    session.close();
  }

  @Test
  void run_fewerImagesThanTheBuffersHold_touchesNoMore() {
    FloatBuffer probabilities = Runs.floats(3 * SmallModel.CLASSES);
    probabilities.put(SmallModel.CLASSES, 42).position(2);

    session.run(PIXELS, 1, probabilities);

    float[] first = new float[SmallModel.CLASSES];
    probabilities.get(0, first);
    assertThat(first).containsExactly(SmallModel.probabilities(PIXELS, 1), within(1e-5f));
    assertThat(probabilities.get(SmallModel.CLASSES)).isEqualTo(42);
    assertThat(probabilities.position()).isEqualTo(2);
  }

  @Test
  void run_fromTwoThreadsAtOnce_answersBothRight() throws Exception {
    float[] right = SmallModel.probabilities(PIXELS, 3);
    List<Future<Void>> runners = new ArrayList<>();
    for (int images = 2; images <= 3; images++) {
      int batch = images;
      runners.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 500; i++) {
                  assertThat(Runs.run(session, PIXELS, batch))
                      .usingComparatorWithPrecision(1e-5f)
                      .startsWith(Arrays.copyOf(right, batch * SmallModel.CLASSES));
                }
                return null;
              }));
    }
    for (Future<Void> runner : runners) {
      assertThat(runner.get()).isNull();
    }
  }

  @Test
  void run_buffersThatDoNotFit_saysWhatIsWrong() {
    ByteBuffer heap = ByteBuffer.allocate(PIXELS.capacity());
    FloatBuffer small = Runs.floats(4);
    FloatBuffer turned =
        ByteBuffer.allocateDirect(100)
            .order(
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                    ? ByteOrder.LITTLE_ENDIAN
                    : ByteOrder.BIG_ENDIAN)
            .asFloatBuffer();

    assertBadArgument(PIXELS, 0, ROWS, "images: 0 must be at least 1");
    assertBadArgument(heap, 1, ROWS, "pixels: the buffer is not direct");
    assertBadArgument(
        PIXELS, 4, ROWS, "pixels: the buffer holds 144 values, but the batch needs 192");
    assertBadArgument(
        PIXELS, 1, small, "probabilities: the buffer holds 4 values, but the batch needs 5");
    assertBadArgument(PIXELS, 1, turned, "probabilities: the buffer is not in native byte order");
    assertBadArgument(
        PIXELS, 1, FloatBuffer.allocate(5), "probabilities: the buffer is not direct");
    assertBadArgument(
        PIXELS,
        Integer.MAX_VALUE,
        ROWS,
        "pixels: the buffer holds 144 values, but the batch needs 103079215056");
  }

  private void assertBadArgument(
      ByteBuffer pixels, int images, FloatBuffer probabilities, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> session.run(pixels, images, probabilities))
        .withMessage(message);
  }

  @Test
  void run_afterClose_isRefused() {
    session.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> session.run(PIXELS, 1, ROWS))
        .withMessageStartingWith("the session is closed");
  }

  @Test
  void close_whileRunsGoOn_isRefusedUntilNoneIsUnderWay() throws InterruptedException {
    Future<Void> runner =
        threads.submit(
            () -> {
              while (true) {
                session.run(PIXELS, 3, ROWS);
              }
            });

    while (!closes()) {
      Thread.onSpinWait();
    }

    assertThat(failureOf(runner))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the session is closed");
  }

  private boolean closes() {
    try {
      session.close();
      return true;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageStartingWith("the session is in use");
      return false;
    }
  }

  private static Throwable failureOf(Future<Void> runner) throws InterruptedException {
    try {
      runner.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
