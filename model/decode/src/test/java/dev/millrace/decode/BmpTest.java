package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BmpTest {

  private static final String MASKS_565 = "00f80000" + "e0070000" + "1f000000";
  private static final String BLACK_RED_WHITE = "00000000" + "0000ff00" + "ffffff00";

  /**
   * Channels are scaled and rounded down, as Pillow does: 31 * 255 / 31 = 255, 16 * 255 / 31 = 131,
   * 32 * 255 / 63 = 129.
   */
  @ParameterizedTest
  @ValueSource(ints = {40, 52, 56, 108, 124})
  void fiveAndSixBits_areSpreadToAllLevels_whateverTheHeader(int size) {
    String masks = size == 40 ? MASKS_565 : MASKS_565 + "00".repeat(size - 52);
    byte[] bmp = bmp(size, 3, 1, 16, 3, 0, 0, masks, "ffff" + "1084" + "00f8" + "0000");

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("ffffff" + "838183" + "ff0000"));
  }

  @Test
  void sixteenBitsWithoutMasks_haveFiveForEachChannel() {
    byte[] bmp = bmp(40, 2, 1, 16, 0, 0, 0, "", "ff7f" + "0040");

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("ffffff" + "830000"));
  }

  @Test
  void masksOfMoreAndOfFewerBits_areSpreadToo() {
    String masks = "0000f03f" + "00fc0f00" + "ff030000";
    byte[] ten = bmp(40, 1, 1, 32, 3, 0, 0, masks, "00" + "00" + "f8" + "3f");
    byte[] four = bmp(40, 1, 1, 16, 3, 0, 0, "000f0000" + "f0000000" + "0f000000", "8f0f" + "0000");

    assertThat(row(ten, 0)).isEqualTo(Pictures.hex("ff8000"));
    assertThat(row(four, 0)).isEqualTo(Pictures.hex("ff88ff"));
  }

  @ParameterizedTest
  @CsvSource({"01010000, 02020000, 04040000", "00000000, 00ff0000, ff000000"})
  void masksThatAreNoRunOfBits_areRefused(String red, String green, String blue) {
    byte[] bmp = bmp(40, 1, 1, 32, 3, 0, 0, red + green + blue, "00000000");

    assertThatThrownBy(() -> row(bmp, 0))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("colour masks that are not supported");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 14, 53})
  void offsetThatLiesInTheHeaders_isNotUsed(int offset) {
    byte[] bmp = bmp(40, 2, 2, 24, 0, 0, 0, "", "0102030405060000" + "0708090a0b0c0000");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(10, offset);

    assertThat(row(bmp, 1)).isEqualTo(Pictures.hex("030201" + "060504"));
    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("090807" + "0c0b0a"));
  }

  @Test
  void offsetOfZero_meansBehindThePalette() {
    byte[] bmp = bmp(40, 4, 1, 8, 0, 3, 0, BLACK_RED_WHITE, "02010003");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(10, 0);

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("ffffff" + "ff0000" + "000000" + "000000"));
  }

  @Test
  void indicesOfOneTwoAndFourBits_areColours() {
    byte[] one = bmp(40, 3, 1, 1, 0, 2, 0, BLACK_RED_WHITE.substring(0, 16), "40000000");
    byte[] two = bmp(40, 4, 1, 2, 0, 3, 0, BLACK_RED_WHITE, "18000000");
    byte[] four = bmp(40, 3, 1, 4, 0, 3, 0, BLACK_RED_WHITE, "12000000");

    assertThat(row(one, 0)).isEqualTo(Pictures.hex("000000" + "ff0000" + "000000"));
    assertThat(row(two, 0)).isEqualTo(Pictures.hex("000000" + "ff0000" + "ffffff" + "000000"));
    assertThat(row(four, 0)).isEqualTo(Pictures.hex("ff0000" + "ffffff" + "000000"));
  }

  @Test
  void os2Header_hasAPaletteOfThreeBytesAColour() {
    String header = "0c000000" + "0200" + "0100" + "0100" + "0100";
    byte[] bmp = Pictures.hex("424d" + "00".repeat(12) + header + "0000ff" + "00ff00" + "40000000");

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("ff0000" + "00ff00"));
  }

  @Test
  void rowsFromTheTop_areNotTurned() {
    byte[] bmp = bmp(40, 1, -2, 24, 0, 0, 0, "", "01020300" + "04050600");

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("030201"));
    assertThat(row(bmp, 1)).isEqualTo(Pictures.hex("060504"));
  }

  @Test
  void runsOfEightBits_areIndices() {
    // Two pixels of index 1; the literals 2 0 2 (padded); the end of the row; a jump of 3 pixels to
    // the right; one pixel of index 2; five more, of which only the first fits into the row.
    String runs = "0201" + "0003" + "02000200" + "0000" + "00020300" + "0102" + "0502" + "0001";
    byte[] bmp = bmp(40, 5, 2, 8, 1, 3, runs.length() / 2, BLACK_RED_WHITE, runs);

    assertThat(row(bmp, 1)).isEqualTo(Pictures.hex("ff0000ff0000" + "ffffff000000ffffff"));
    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("000000000000000000" + "ffffffffffff"));
  }

  @Test
  void runsOfFourBits_alternate() {
    // Three pixels with the alternating indices 1, 2 and 1, then the literals 2 1 0 (padded).
    String runs = "0312" + "0003" + "2100" + "0001";
    byte[] bmp = bmp(40, 6, 1, 4, 2, 3, runs.length() / 2, BLACK_RED_WHITE, runs);

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("ff0000ffffffff0000" + "ffffffff0000000000"));
  }

  @Test
  void runsThatEndBeforeThePicture_areRefused() {
    String runs = "0201" + "0000" + "0201";
    byte[] bmp = bmp(40, 2, 3, 8, 1, 3, runs.length() / 2, BLACK_RED_WHITE, runs);

    assertThatThrownBy(() -> row(bmp, 0)).hasMessageContaining("is cut off");
  }

  @ParameterizedTest
  @CsvSource({"4, 1", "8, 2", "24, 4", "0, 5", "16, 1", "3, 0", "40, 0"})
  void otherKinds_areRefusedWithAdvice(int bits, int compression) {
    byte[] bmp = bmp(40, 1, 1, bits, compression, 0, 0, "", "00000000");

    assertThatThrownBy(() -> row(bmp, 0))
        .isInstanceOf(BadImageException.class)
        .hasMessage(
            "the BMP image has %d bits per pixel in compression %d, which is not supported; send a"
                + " PNG",
            bits, compression);
  }

  @Test
  void pictureCutOff_isRefused() {
    byte[] bmp = bmp(40, 2, 2, 24, 0, 0, 0, "", "0102030405060000" + "070809" + "0a0b0c");

    assertThat(row(bmp, 0)).isEqualTo(Pictures.hex("090807" + "0c0b0a"));
    assertThatThrownBy(() -> row(Arrays.copyOf(bmp, bmp.length - 1), 0))
        .hasMessage("the BMP image is cut off after " + (bmp.length - 1) + " bytes");
  }

  private static byte[] row(byte[] bmp, int y) {
    BmpHeader header = BmpHeader.read(new HeaderReader(ImageFormat.BMP, bmp));
    try (PixelRows picture = header.decode(bmp)) {
      byte[] row = new byte[3 * picture.width()];
      picture.copyRow(y, 0, picture.width(), row);
      return row;
    }
  }

  /**
   * A bitmap with a header of {@code size} bytes.
   *
   * @param between the bytes that follow the header's first 40 bytes and precede the pixels, in
   *     hexadecimal: the rest of the header with the masks, and the palette
   */
  private static byte[] bmp(
      int size,
      int width,
      int height,
      int bits,
      int compression,
      int colours,
      int length,
      String between,
      String pixels) {
    byte[] middle = Pictures.hex(between);
    byte[] data = Pictures.hex(pixels);
    return ByteBuffer.allocate(14 + 40 + middle.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 'B')
        .put((byte) 'M')
        .putLong(0)
        .putInt(14 + 40 + middle.length)
        .putInt(size)
        .putInt(width)
        .putInt(height)
        .putShort((short) 1)
        .putShort((short) bits)
        .putInt(compression)
        .putInt(length)
        .putLong(0)
        .putInt(colours)
        .putInt(0)
        .put(middle)
        .put(data)
        .array();
  }
}
