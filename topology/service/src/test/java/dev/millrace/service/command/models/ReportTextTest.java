package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.service.history.Reported;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTextTest {

  private static JsonNode json(Outcome outcome, Map<String, Double> metrics) throws IOException {
    SwapReport report = new SwapReport("trainer", "fashion", 3, outcome, "why", 2, 12, metrics);
    return new ObjectMapper()
        .readTree(ReportText.json(new Reported(Instant.ofEpochMilli(1), report)));
  }

  @Test
  void verdict_hasItsFiguresWithTheNumberOfImagesAndTheInterval() throws IOException {
    Map<String, Double> figures =
        Map.of(
            "gate_images", 512.0,
            "gate_accuracy", 0.5,
            "gate_accuracy_low", 0.457,
            "gate_accuracy_high", 0.543);

    JsonNode metrics = json(Outcome.REFUSED, figures).path("metrics");

    assertThat(metrics.size()).isEqualTo(4);
    figures.forEach((name, value) -> assertThat(metrics.path(name).asDouble()).isEqualTo(value));
  }

  @Test
  void reportOfAnInstance_hasNoFigures() throws IOException {
    assertThat(json(Outcome.SWAPPED, null).has("metrics")).isFalse();
  }
}
