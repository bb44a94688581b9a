package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.InferenceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeviceRunnerTest extends WithEngine {

  @Test
  void failedRun_leavesItsBatchWithoutAnswerAndTheEngineRunning() throws Exception {
    start(1);
    model.broken = true;
    assertThatThrownBy(() -> submit(1).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class);
    model.broken = false;
    assertThat(classOf(submit(4))).isEqualTo(4);
  }

  @Test
  void imageThatFailsItsBatch_isRefusedAloneAfterASecondRun() throws Exception {
    model.poison = 5;
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    requireThatTheSecondOfThreeIsRefused(5);
    assertThat(model.batches).containsExactly(3, 1, 1, 1);
  }

  @Test
  void imageWithoutFiniteAnswer_isRefusedAloneAfterASecondRun() throws Exception {
    model.confusing = 6;
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    requireThatTheSecondOfThreeIsRefused(6);
    assertThat(model.batches).containsExactly(3, 1);
  }

  private void requireThatTheSecondOfThreeIsRefused(int image) throws Exception {
    CompletableFuture<Classification> before = submit(1);
    CompletableFuture<Classification> bad = submit(image);
    CompletableFuture<Classification> after = submit(2);

    assertThat(classOf(before)).isEqualTo(1);
    assertThat(classOf(after)).isEqualTo(2);
    assertThatThrownBy(() -> bad.get(10, TimeUnit.SECONDS))
        .cause()
        .hasMessageContaining("fake version 3 gives no answer to this image")
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> assertThat(e.reason()).isEqualTo(BadImageException.Reason.NO_ANSWER));
    assertThat(registry.get("millrace.inference.request.success").counter().count()).isEqualTo(2);
    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "no_answer")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void runThatFailsOnce_isRepeatedAndNobodyNotices() throws Exception {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.failures.set(1);
    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2), submit(3));

    for (int i = 0; i < 3; i++) {
      assertThat(classOf(answers.get(i))).isEqualTo(i + 1);
    }
    assertThat(model.batches).containsExactly(3, 1, 1, 1);
  }

  @Test
  void deviceThatFailsEveryImage_refusesNone() {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.broken = true;
    List<CompletableFuture<Classification>> answers =
        List.of(submit(1), submit(FakeDecoder.BAD), submit(3));

    for (CompletableFuture<Classification> answer : List.of(answers.get(0), answers.get(2))) {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InferenceException.class)
          .hasMessageContaining("the fake device is broken");
    }
    assertThat(model.batches).containsExactly(3, 1, 1);
  }

  @Test
  void answerThatIsNotFinite_isAFailedRun() {
    start(1);
    model.probability = Float.NaN;
    assertThatThrownBy(() -> submit(1).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class)
        .hasMessageContaining("not finite");
  }
}
