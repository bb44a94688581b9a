package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeaderReaderTest {

  @Test
  void skipPast_findsTheFirstByteOfThatValue_whereverItIs() {
    for (int length = 1; length <= 40; length++) {
      for (int at = 0; at < length; at++) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, 0, at, (byte) 0xFE);
        bytes[at] = (byte) 0xFF;
        bytes[length - 1] = (byte) 0xFF;
        HeaderReader in = new HeaderReader(ImageFormat.JPEG, bytes);

        assertThat(in.skipPast(0xFF)).isTrue();
        assertThat(in.position()).isEqualTo(at + 1);
      }
    }
  }

  @Test
  void skipPast_ofWhatIsNotThere_goesToTheEnd() {
    for (int length = 0; length <= 40; length++) {
      HeaderReader in = new HeaderReader(ImageFormat.JPEG, new byte[length]);

      assertThat(in.skipPast(0xFF)).isFalse();
      assertThat(in.remaining()).isZero();
    }
  }
}
