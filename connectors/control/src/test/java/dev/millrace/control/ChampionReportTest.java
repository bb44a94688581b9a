package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.training.ChampionMeasure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChampionReportTest {

  private static final ChampionReport REPORT =
      new ChampionReport("fashion", new ChampionMeasure(2, 500, 0.84, 250, 0.92, 0.001, true));

  @Test
  void report_isTypedJson_andReadsBack() throws IOException {
    byte[] json = REPORT.toJson();

    assertThat(json)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"type\":\"champion\",\"schema\":1,\"model\":\"fashion\",\"measure\":{"
                + "\"version\":2,\"images\":500,\"accuracy\":0.84,\"promotedImages\":250,"
                + "\"promotedAccuracy\":0.92,\"p\":0.001,\"hasFallen\":true}}");
    assertThat(ChampionReport.fromJson(json)).isEqualTo(REPORT);
    assertThat(REPORT.key()).isEqualTo("fashion/champion");
  }

  @Test
  void accuracyAtAnUnknownPromotion_isLeftOut() throws IOException {
    ChampionReport little =
        new ChampionReport("m", new ChampionMeasure(2, 500, 0.84, null, null, 1, false));

    assertThat(little.toJson()).asString(StandardCharsets.UTF_8).doesNotContain("promoted");
    assertThat(ChampionReport.fromJson(little.toJson())).isEqualTo(little);
  }

  @Test
  void readersOfOtherReports_passOverIt() {
    assertThatIOException().isThrownBy(() -> SwapReport.fromJson(REPORT.toJson()));
    assertThatIOException().isThrownBy(() -> TrainingProgress.fromJson(REPORT.toJson()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no JSON",
        "{}",
        "{\"type\":\"champion\",\"schema\":2,\"model\":\"m\",\"measure\":{\"images\":1}}",
        "{\"type\":\"epoch\",\"schema\":1,\"model\":\"m\",\"measure\":{\"images\":1}}",
        "{\"type\":\"champion\",\"schema\":1,\"measure\":{\"images\":1}}",
        "{\"type\":\"champion\",\"schema\":1,\"model\":\"m\"}",
        "{\"type\":\"champion\",\"schema\":1,\"model\":\"m\",\"measure\":{}}"
      })
  void otherRecords_arePassedOver(String value) {
    assertThatIOException()
        .isThrownBy(() -> ChampionReport.fromJson(value.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void measureThatIsNoShareOfImages_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ChampionReport("m", new ChampionMeasure(2, 0, 0, null, null, 1, false)))
        .withMessage("accuracy: 0.0 of 0 images is not a share");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChampionReport("m", new ChampionMeasure(2, 9, 0.5, 9, 1.5, 1, false)))
        .withMessage("accuracy: 1.5 of 9 images is not a share");
  }
}
