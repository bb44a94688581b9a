package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SwapReportTest {

  private static SwapReport report(SwapReport.Outcome outcome) {
    return new SwapReport("trainer", "small", 4, outcome, null, null, 2.5, Map.of("gate_p", 0.01));
  }

  @Test
  void outcomes_areWordsThatOthersRead() {
    assertThat(SwapReport.Outcome.values())
        .extracting(SwapReport.Outcome::word)
        .isEqualTo(List.of("swapped", "rejected", "unchanged", "superseded", "blessed", "refused"));
  }

  @ParameterizedTest
  @EnumSource
  void outcome_isItsWordInJson_andReadsBack(SwapReport.Outcome outcome) throws IOException {
    byte[] json = report(outcome).toJson();

    assertThat(json)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"instance\":\"trainer\",\"model\":\"small\",\"version\":4,\"outcome\":\""
                + outcome.word()
                + "\",\"milliseconds\":2.5,\"metrics\":{\"gate_p\":0.01}}");
    assertThat(SwapReport.fromJson(json)).isEqualTo(report(outcome));
  }

  @Test
  void reportOfALaterRelease_isRead_andOneWithoutItsFieldsIsRefused() throws IOException {
    assertThat(
            SwapReport.fromJson(
                bytes(
                    "{\"instance\":\"a\",\"model\":\"m\",\"version\":1,\"outcome\":\"swapped\","
                        + "\"milliseconds\":1,\"device\":\"cpu\"}")))
        .isEqualTo(new SwapReport("a", "m", 1, SwapReport.Outcome.SWAPPED, null, null, 1, null));
    assertThatThrownBy(() -> SwapReport.fromJson(bytes("{\"version\":1}")))
        .isInstanceOf(IOException.class);
    assertThatNullPointerException()
        .isThrownBy(() -> report(null))
        .withMessageContaining("outcome");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
