package dev.millrace.service.command.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PredictionLineTest {

  private final PredictionLine line = new PredictionLine(ZoneId.of("Europe/Berlin"));

  @Test
  void line_tellsWhatAPersonWantsToKnow() {
    assertThat(line.of(record(), prediction("cats/1.jpg", "cat")))
        .isEqualTo(
            "13:00:05  cats/1.jpg                    cat                 93.0 %  resnet20/3"
                + "  predictions-1@42");
  }

  @Test
  void lineOfIndependentClasses_namesAllThatAreRight() {
    assertThat(line.of(record(), independent(List.of("cat", "sofa"))))
        .contains("  cat, sofa           93.0 %  ");
    assertThat(line.of(record(), independent(List.of())))
        .contains("  (none)              93.0 %  ");
  }

  private static Prediction independent(List<String> labels) {
    Prediction one = prediction("cats/1.jpg", "cat");
    return new Prediction(
        one.id(), one.model(), "cat", 0.93f, one.top(), labels, null, one.source());
  }

  @Test
  void idThatWouldBreakTheLine_isMadeHarmless() {
    assertThat(line.of(record(), prediction("a\nb\u001b[2J", "c\rat")))
        .contains("a?b?[2J")
        .contains("c?at")
        .hasLineCount(1);
  }

  private static ConsumerRecord<String, Prediction> record() {
    return new ConsumerRecord<>(
        "predictions",
        1,
        42,
        Instant.parse("2026-01-01T12:00:05Z").toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        0,
        null,
        null,
        new RecordHeaders(),
        Optional.empty());
  }

  private static Prediction prediction(String id, String label) {
    return new Prediction(
        id,
        new Prediction.Model("resnet20", 3, "ab".repeat(32)),
        label,
        0.93f,
        List.of(new Prediction.Top(3, label, 0.93f)),
        null,
        new Prediction.Source("images", 0, 7));
  }
}
