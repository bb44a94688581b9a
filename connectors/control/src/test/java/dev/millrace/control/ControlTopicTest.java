package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTopicTest {

  private static final String SHA = "ab".repeat(32);

  private static ConsumerRecord<byte[], byte[]> record(String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>(ControlTopic.NAME, 0, 0, ControlTopic.key("resnet20"), bytes);
  }

  @Test
  void champion_isWrittenAsDocumented() {
    assertThat(ControlTopic.value(new Champion(3, 2, false)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"champion\":{\"version\":3,\"previous\":2}}");
    assertThat(ControlTopic.value(new Champion(1, null, true)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"champion\":{\"version\":1,\"allowSignatureChange\":true}}");
    assertThat(ControlTopic.value(new Champion(3, 2, false, SHA)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"champion\":{\"version\":3,\"previous\":2,\"sha256\":\"" + SHA + "\"}}");
  }

  @Test
  void champion_isReadWithWhatLaterReleasesMayAdd() throws IOException {
    assertThat(
            ControlTopic.champion(
                record("{\"champion\": {\"version\": 3, \"by\": \"me\"}, \"challenger\": {}}")))
        .contains(new Champion(3, null, false));
    assertThat(
            ControlTopic.champion(
                record("{\"champion\": {\"version\": 3, \"sha256\": \"" + SHA + "\"}}")))
        .contains(new Champion(3, null, false, SHA));
    assertThat(ControlTopic.champion(record("{\"challenger\": {\"version\": 3}}"))).isEmpty();
    assertThat(ControlTopic.champion(record(null))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "[]", "{\"champion\": 3}", "{\"champion\": {\"version\": 0}}", "{} {}"})
  void valueOfAnotherForm_isRefused(String value) {
    assertThatThrownBy(() -> ControlTopic.champion(record(value))).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "abc", "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"})
  void checksumThatIsNone_isRefused_andNamed(String sha256) {
    assertThatThrownBy(
            () ->
                ControlTopic.champion(
                    record("{\"champion\": {\"version\": 3, \"sha256\": \"" + sha256 + "\"}}")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sha256: '" + sha256 + "' is not 64 lower-case hexadecimal digits");
  }

  @Test
  void champion_isTheVersionWithItsNumberAndChecksum() {
    Champion champion = new Champion(3, 2, false, SHA);
    assertThat(champion.is(3, SHA)).isTrue();
    assertThat(champion.is(2, SHA)).isFalse();
    assertThat(champion.is(3, "cd".repeat(32))).isFalse();
    assertThat(new Champion(3, 2, false).is(3, SHA)).isTrue();
    assertThat(new Champion(3, 2, false).is(2, SHA)).isFalse();
  }

  /** A reader that rounded 1.5 to 1 would serve a version that was not promoted. */
  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1.0", "1e0", "\"1\"", "true", "2147483648"})
  void versionThatIsNoWholeNumber_isRefused_andNamed(String version) {
    for (String champion :
        List.of(
            "{\"version\": " + version + "}", "{\"version\": 1, \"previous\": " + version + "}")) {
      String field = champion.contains("previous") ? "previous" : "version";
      assertThatThrownBy(() -> ControlTopic.champion(record("{\"champion\": " + champion + "}")))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("champion." + field + ": ");
    }
  }

  @Test
  void record_isAboutTheModelOfItsKey() {
    assertThat(ControlTopic.isAbout(record("{}"), "resnet20")).isTrue();
    assertThat(ControlTopic.isAbout(record("{}"), "resnet2")).isFalse();
    assertThat(
            ControlTopic.isAbout(
                new ConsumerRecord<>(ControlTopic.NAME, 0, 0, null, null), "resnet20"))
        .isFalse();
  }

  @Test
  void report_readsBackAsItWasWritten() throws IOException {
    SwapReport report =
        new SwapReport(
            "app@host-1", "resnet20", 3, SwapReport.Outcome.REJECTED, "why", 2, 1.5, null);

    assertThat(report.toJson())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"instance\":\"app@host-1\",\"model\":\"resnet20\",\"version\":3,"
                + "\"outcome\":\"rejected\",\"reason\":\"why\",\"serving\":2,\"milliseconds\":1.5}");
    assertThat(SwapReport.fromJson(report.toJson())).isEqualTo(report);
  }
}
