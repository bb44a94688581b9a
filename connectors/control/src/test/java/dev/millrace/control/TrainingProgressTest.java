package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingProgressTest {

  private static final TrainingProgress PROGRESS =
      new TrainingProgress(
          "fashion",
          "run-round-000003",
          3,
          2,
          10,
          0.5,
          new TrainingProgress.HeldOut(0.75, 0.9, 1000, 0.7, 0.8),
          812);

  @Test
  void report_isTypedJson_andReadsBack() throws IOException {
    byte[] json = PROGRESS.toJson();

    assertThat(json)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"type\":\"epoch\",\"schema\":1,\"model\":\"fashion\",\"run\":\"run-round-000003\","
                + "\"round\":3,\"epoch\":2,\"epochs\":10,\"loss\":0.5,"
                + "\"heldOut\":{\"loss\":0.75,\"accuracy\":0.9,\"images\":1000,"
                + "\"lossLow\":0.7,\"lossHigh\":0.8},"
                + "\"imagesPerSecond\":812.0}");
    assertThat(TrainingProgress.fromJson(json)).isEqualTo(PROGRESS);
    assertThat(PROGRESS.key()).isEqualTo("fashion/training");
  }

  @Test
  void whatIsUnknown_isLeftOut() throws IOException {
    TrainingProgress little = new TrainingProgress("m", "run", null, 1, 1, 0.5, null, 1);

    assertThat(little.toJson()).asString(StandardCharsets.UTF_8).doesNotContain("round", "heldOut");
    assertThat(TrainingProgress.fromJson(little.toJson())).isEqualTo(little);
  }

  @Test
  void reportOfAnEarlierRelease_hasALossWithoutInterval() throws IOException {
    String earlier =
        new String(PROGRESS.toJson(), StandardCharsets.UTF_8)
            .replace(",\"lossLow\":0.7,\"lossHigh\":0.8", "");

    assertThat(earlier).doesNotContain("lossLow");
    assertThat(TrainingProgress.fromJson(bytes(earlier)).heldOut())
        .isEqualTo(new TrainingProgress.HeldOut(0.75, 0.9, 1000, null, null));
  }

  @Test
  void readersOfSwapReports_passOverIt() {
    assertThatIOException().isThrownBy(() -> SwapReport.fromJson(PROGRESS.toJson()));
  }

  @Test
  void fieldOfALaterRelease_isIgnored() throws IOException {
    String later =
        new String(PROGRESS.toJson(), StandardCharsets.UTF_8)
            .replace("\"schema\":1,", "\"schema\":1,\"device\":\"cpu\",");

    assertThat(TrainingProgress.fromJson(bytes(later))).isEqualTo(PROGRESS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "null",
        "7",
        "{}",
        "{\"type\":\"step\",\"schema\":1,\"model\":\"m\",\"run\":\"r\",\"epoch\":1,\"epochs\":1}",
        "{\"type\":\"epoch\",\"schema\":2,\"model\":\"m\",\"run\":\"r\",\"epoch\":1,\"epochs\":1}",
        "{\"type\":\"epoch\",\"schema\":1,\"run\":\"r\",\"epoch\":1,\"epochs\":1}",
        "{\"type\":\"epoch\",\"schema\":1,\"model\":\"m\",\"run\":\"r\",\"epoch\":2,\"epochs\":1}",
        "{\"instance\":\"a\",\"model\":\"m\",\"version\":1,\"outcome\":\"swapped\"}"
      })
  void otherRecords_arePassedOver(String value) {
    assertThatIOException().isThrownBy(() -> TrainingProgress.fromJson(bytes(value)));
  }

  @Test
  void epochOutOfRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingProgress("m", "run", null, 0, 3, 0.5, null, 1))
        .withMessage("epoch: 0 is not between 1 and 3 (epochs)");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
