package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingWaitTest {

  @Test
  void report_isTypedJson_andReadsBack() throws IOException {
    TrainingWait wait = new TrainingWait("fashion", "until more labels arrive");
    byte[] json = wait.toJson();

    assertThat(json)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"type\":\"waiting\",\"schema\":1,\"model\":\"fashion\","
                + "\"reason\":\"until more labels arrive\"}");
    assertThat(TrainingWait.fromJson(json)).isEqualTo(wait);
    assertThat(wait.key()).isEqualTo("fashion/waiting");
  }

  @Test
  void trainingThatNoLongerWaits_hasNoReason() throws IOException {
    TrainingWait over = new TrainingWait("fashion", null);

    assertThat(over.toJson()).asString(StandardCharsets.UTF_8).doesNotContain("reason");
    assertThat(TrainingWait.fromJson(over.toJson())).isEqualTo(over);
  }

  @Test
  void reason_isOneShortPlainLine() {
    assertThat(new TrainingWait("m", "a\nb\u001b[2J").reason()).isEqualTo("a b [2J");
    assertThat(new TrainingWait("m", "x".repeat(1_000)).reason())
        .hasSize(1_000)
        .doesNotContain("…");
    assertThat(new TrainingWait("m", "x".repeat(1_001)).reason()).hasSize(1_000).endsWith("x…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no JSON",
        "{}",
        "{\"type\":\"waiting\",\"schema\":2,\"model\":\"m\"}",
        "{\"type\":\"epoch\",\"schema\":1,\"model\":\"m\"}",
        "{\"type\":\"waiting\",\"schema\":1}"
      })
  void otherRecords_arePassedOver(String value) {
    assertThatIOException()
        .isThrownBy(() -> TrainingWait.fromJson(value.getBytes(StandardCharsets.UTF_8)));
  }
}
