package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;

class ProbabilitiesTest {

  private final ModelSession session = new FakeModel().open(FakeModel.version(), Device.CPU);
  private final Probabilities probabilities = new Probabilities();

  private void run(int... images) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * images.length);
    for (int i = 0; i < images.length; i++) {
      pixels.put(3 * i, (byte) images[i]);
    }
    probabilities.run(session, pixels, images.length);
  }

  @Test
  void eachImage_hasItsOwnRow() {
    run(4, 2);
    assertThat(probabilities.of(0)).hasSize(FakeModel.CLASSES).contains(0.91f, Index.atIndex(4));
    assertThat(probabilities.of(1)).hasSize(FakeModel.CLASSES).contains(0.91f, Index.atIndex(2));
  }

  @Test
  void whateverASessionThrows_isAFailedRun() {
    FakeModel model = new FakeModel();
    ModelSession failing = model.open(FakeModel.version(), Device.CPU);
    ByteBuffer pixels = ByteBuffer.allocateDirect(3);
    model.first =
        () -> {
          throw new IllegalArgumentException("a fault of the session");
        };
    assertThatThrownBy(() -> probabilities.run(failing, pixels, 1))
        .isInstanceOf(InferenceException.class)
        .hasMessage(
            "the session failed on a batch of 1: java.lang.IllegalArgumentException: a fault of the"
                + " session")
        .hasCauseInstanceOf(IllegalArgumentException.class);
    model.first =
        () -> {
          throw new StackOverflowError();
        };
    assertThatThrownBy(() -> probabilities.run(failing, pixels, 1))
        .isInstanceOf(InferenceException.class);
  }

  @Test
  void lackOfMemory_isNoFailedRun() {
    FakeModel model = new FakeModel();
    model.crash = new OutOfMemoryError("the heap is full");
    ModelSession failing = model.open(FakeModel.version(), Device.CPU);
    assertThatThrownBy(() -> probabilities.run(failing, ByteBuffer.allocateDirect(3), 1))
        .isSameAs(model.crash);
  }

  @Test
  void largerRun_findsRoomAfterASmallerOne_andTheOtherWayRound() {
    run(1);
    run(5, 6, 7, 8, 9);
    assertThat(probabilities.of(4)).contains(0.91f, Index.atIndex(9));
    run(3);
    assertThat(probabilities.of(0)).contains(0.91f, Index.atIndex(3));
  }
}
