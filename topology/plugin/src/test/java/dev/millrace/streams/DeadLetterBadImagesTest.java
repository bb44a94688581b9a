package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.streams.sending.UnsendableException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler.Response;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests the handler without a dead-letter topic. {@link ImageInferenceTest} tests the handler with
 * a dead-letter topic.
 */
@Tag("build-kafka")
class DeadLetterBadImagesTest {

  private static final ErrorHandlerContext CONTEXT =
      (ErrorHandlerContext)
          Proxy.newProxyInstance(
              DeadLetterBadImagesTest.class.getClassLoader(),
              new Class<?>[] {ErrorHandlerContext.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "topic" -> "images";
                    case "partition" -> 2;
                    case "offset" -> 42L;
                    case "timestamp" -> 1_800_000_000_000L;
                    case "headers" -> new RecordHeaders();
                    default -> null;
                  });

  @Test
  void badImage_failsTheTask_withoutADeadLetterTopic() {
    handler.configure(Map.of());

    Response response =
        handler.handleError(
            CONTEXT, null, new BadImageException(BadImageException.Reason.EMPTY, "no image"));

    assertThat(response.result()).isEqualTo(Result.FAIL);
  }

  private final DeadLetterBadImages handler = new DeadLetterBadImages();

  private void configure(String applicationId) {
    handler.configure(
        Map.of(
            "errors.dead.letter.queue.topic.name",
            "images.dead-letters",
            "application.id",
            applicationId,
            "bootstrap.servers",
            "localhost:1",
            "admin.default.api.timeout.ms",
            "200",
            "admin.request.timeout.ms",
            "100"));
  }

  @Test
  void recordThatFails_isADeadLetterTheThirdTime_whateverThreadAsks() {
    for (int i = 0; i < 2; i++) {
      configure("fails-three-times");
      Response response = handler.handleError(CONTEXT, null, new IllegalStateException("a bug"));
      assertThat(response.result()).isEqualTo(Result.FAIL);
      assertThat(response.deadLetterQueueRecords()).isEmpty();
    }
    configure("fails-three-times");

    Response response = handler.handleError(CONTEXT, null, new IllegalStateException("a bug"));

    assertThat(response.result()).isEqualTo(Result.RESUME);
    assertThat(response.deadLetterQueueRecords())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(
                        new String(
                            header(letter, "__streams.errors.message"), StandardCharsets.UTF_8))
                    .contains("3 times", "a bug"));
  }

  @Test
  void failureOfTheWorld_failsTheTask_howeverOftenItComes() {
    configure("fails-for-ever");
    for (int i = 0; i < 10; i++) {
      Response response =
          handler.handleError(CONTEXT, null, new NotEnoughReplicasException("brokers are away"));
      assertThat(response.result()).isEqualTo(Result.FAIL);
    }
  }

  @Test
  void predictionThatNobodyTakes_isADeadLetterAtOnce() {
    configure("unsendable");
    Response response =
        handler.handleError(CONTEXT, null, new UnsendableException("it is too large"));

    assertThat(response.result()).isEqualTo(Result.RESUME);
    assertThat(response.deadLetterQueueRecords()).hasSize(1);
  }

  private static byte[] header(ProducerRecord<?, ?> record, String name) {
    return record.headers().lastHeader(name).value();
  }
}
