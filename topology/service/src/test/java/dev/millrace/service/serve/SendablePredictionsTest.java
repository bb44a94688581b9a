package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import dev.millrace.events.PredictionHeaders;
import dev.millrace.events.Probabilities;
import dev.millrace.streams.sending.RecordSize;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendablePredictionsTest {

  private static Headers headers(Prediction prediction) {
    return PredictionHeaders.of(new RecordHeaders(), prediction, "millrace-m", 1L);
  }

  private static void assertBound(Prediction prediction) {
    long bound = SendablePredictions.mostBytes(prediction, headers(prediction));
    for (OutputFormat format : List.of(OutputFormat.JSON, OutputFormat.CLOUDEVENTS_STRUCTURED)) {
      Headers headers = headers(prediction);
      byte[] value =
          new EventFormats(Map.of(), format)
              .predictions()
              .serializer()
              .serialize("predictions", headers, prediction);
      assertThat(RecordSize.of(0, bound, headers(prediction)))
          .as(format.toString())
          .isGreaterThanOrEqualTo(RecordSize.of(0, value.length, headers));
    }
  }

  private static Prediction prediction(String id, String label, float[] probabilities) {
    List<Prediction.Top> top =
        IntStream.range(0, Math.min(5, probabilities.length))
            .mapToObj(i -> new Prediction.Top(i, label, probabilities[i]))
            .toList();
    return new Prediction(
        id,
        new Prediction.Model("model", Integer.MAX_VALUE, "0".repeat(64)),
        label,
        probabilities[0],
        top,
        Probabilities.of(probabilities),
        new Prediction.Source("images", Integer.MAX_VALUE, Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cat.png", "\u0000\u0001\u001f", "\"\\\"\\", "猫\uD83D\uDE00é", "</>"})
  void bound_isNeverBelowWhatIsWritten(String text) {
    Random random = new Random(1);
    for (int classes : new int[] {1, 2, 10, 1_000}) {
      float[] probabilities = new float[classes];
      for (int i = 0; i < classes; i++) {
        probabilities[i] = random.nextFloat() * (float) Math.pow(10, -random.nextInt(44));
      }
      Prediction prediction = prediction(text.repeat(20), text, probabilities);

      assertBound(prediction);
      assertBound(independent(prediction, Collections.nCopies(classes, text)));
    }
  }

  private static Prediction independent(Prediction one, List<String> labels) {
    return new Prediction(
        one.id(),
        one.model(),
        one.label(),
        one.probability(),
        one.top(),
        labels,
        null,
        one.source());
  }

  /** The upper bound is close to the real size, so a prediction is rarely serialized twice. */
  @Test
  void boundOfAUsualPrediction_isAFewTimesWhatIsWritten() {
    float[] probabilities = new float[1_000];
    Prediction prediction = prediction("n01440764/1.jpg", "tench", probabilities);

    assertThat(SendablePredictions.mostBytes(prediction, headers(prediction))).isLessThan(50_000);
  }
}
