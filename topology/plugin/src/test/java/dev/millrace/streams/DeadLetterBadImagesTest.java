package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler.Response;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler.Result;
import org.junit.jupiter.api.Test;

/** What it answers without a topic; with one, see {@link ImageInferenceTest}. */
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
                    default -> null;
                  });

  private static Response answer(Map<String, ?> config, Exception failure) {
    DeadLetterBadImages handler = new DeadLetterBadImages();
    handler.configure(config);
    return handler.handleError(CONTEXT, null, failure);
  }

  @Test
  void badImage_failsTheTask_withoutADeadLetterTopic() {
    Response response =
        answer(Map.of(), new BadImageException(BadImageException.Reason.EMPTY, "no image"));
    assertThat(response.result()).isEqualTo(Result.FAIL);
  }

  @Test
  void otherFailure_failsTheTask_andDeadLettersNothing() {
    Response response =
        answer(
            Map.of("errors.dead.letter.queue.topic.name", "images.dead-letters"),
            new IllegalStateException("a bug"));
    assertThat(response.result()).isEqualTo(Result.FAIL);
    assertThat(response.deadLetterQueueRecords()).isEmpty();
  }
}
