package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.events.Prediction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class RecordIdTest {

  private static final Prediction.Source SOURCE = new Prediction.Source("images", 2, 42);

  private static String id(Object key) {
    return RecordId.of(key, SOURCE);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void id_isTheKeyAsText() {
    assertThat(id("cats/1.jpg")).isEqualTo("cats/1.jpg");
    assertThat(id(7)).isEqualTo("7");
    assertThat(id(utf8("Käse"))).isEqualTo("Käse");
    assertThat(id(Bytes.wrap(utf8("Käse")))).isEqualTo("Käse");
  }

  @Test
  void id_withoutAKey_isThePosition() {
    assertThat(id(null)).isEqualTo("images-2-42");
  }

  @Test
  void id_withoutAKeyAndAPosition_isRandom() {
    String id = RecordId.of(null, Prediction.Source.NONE);

    assertThat(UUID.fromString(id)).hasToString(id);
    assertThat(RecordId.of(null, Prediction.Source.NONE)).isNotEqualTo(id);
    assertThat(RecordId.of("cats/1.jpg", Prediction.Source.NONE)).isEqualTo("cats/1.jpg");
  }

  @Test
  void id_ofBytesThatAreNoUtf8_isHex() {
    byte[] latin1 = "Käse".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(id(latin1)).isEqualTo("0x4be47365");
    assertThat(id(Bytes.wrap(latin1))).isEqualTo("0x4be47365");
  }

  @Test
  void id_ofAReplacementCharacter_isThatCharacter() {
    assertThat(id(utf8("a\uFFFD"))).isEqualTo("a\uFFFD");
  }

  @Test
  void id_ofALongestKey_isTheKey() {
    String text = "é\uD83D\uDE00".repeat(RecordId.LONGEST / 2);
    assertThat(id(text)).isEqualTo(text);
    assertThat(id(utf8(text))).isEqualTo(text);
  }

  @Test
  void id_ofALongerKey_isItsBeginningAndItsChecksum() {
    String text = "\uD83D\uDE00".repeat(RecordId.LONGEST) + "z";
    String expected = "\uD83D\uDE00".repeat(200) + "-sha256:" + Sha256.of(utf8(text));
    assertThat(id(text)).isEqualTo(expected);
    assertThat(id(utf8(text))).isEqualTo(expected);
    assertThat(id(Bytes.wrap(utf8(text)))).isEqualTo(expected);
  }

  @Test
  void id_ofLongBytesThatAreNoUtf8_isTheBeginningOfTheirHexAndTheirChecksum() {
    byte[] bytes = new byte[512];
    Arrays.fill(bytes, (byte) 0xff);
    assertThat(id(bytes)).isEqualTo("0x" + "ff".repeat(99) + "-sha256:" + Sha256.of(bytes));
    assertThat(id(Arrays.copyOf(bytes, 511))).isEqualTo("0x" + "ff".repeat(511));
  }
}
