package dev.millrace.benchmarks.crayfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CrayfishEventTest {

  private static final CrayfishEvent EVENT =
      new CrayfishEvent(1_700_000_000_000L, new float[] {0, 0.5f, 1 / 255f});

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  @Test
  void json_hasTheFieldsOfCrayfish() throws Exception {
    assertThat(text(EVENT.json()))
        .isEqualTo(
            "{\"creationTimestamp\":1700000000000,\"dataPointSz1\":1,\"dataPointSz2\":3,"
                + "\"dataPoint\":\"0.0,0.5,0.003921569,\",\"prediction\":null}");
  }

  @Test
  void json_ofAnAnswer_alsoHasTheDataPoint() throws Exception {
    assertThat(text(EVENT.answered(new float[] {0.25f, 2}).json()))
        .contains("\"dataPoint\":\"0.0,0.5,")
        .endsWith("\"prediction\":\"[[0.25, 2.0]]\"}");
  }

  @Test
  void parse_itsOwnJson_givesTheSameNumbers() throws Exception {
    CrayfishEvent parsed = CrayfishEvent.parse(EVENT.json());

    assertThat(parsed.creationTimestamp()).isEqualTo(EVENT.creationTimestamp());
    assertThat(parsed.values()).containsExactly(EVENT.values());
  }

  @Test
  void createdAt_changesOnlyTheTime() throws Exception {
    assertThat(CrayfishEvent.createdAt(5, EVENT.json()))
        .isEqualTo(new CrayfishEvent(5, EVENT.values()).json());
  }

  @Test
  void parse_withTooFewNumbers_saysHowMany() {
    byte[] json = "{\"dataPointSz2\":2,\"dataPoint\":\"0.5,\"}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CrayfishEvent.parse(json))
        .isInstanceOf(IOException.class)
        .hasMessage("dataPoint has 1 numbers, and not 2");
  }
}
