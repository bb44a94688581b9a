package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests TIFFs that the JDK writes, and TIFFs that the test itself builds, because the JDK does not
 * write TIFFs of these kinds.
 */
class TiffTest {

  private static final int WIDTH = 53;
  private static final int HEIGHT = 37;
  private static final byte[] NOISE = Pictures.noise(WIDTH, HEIGHT);
  private static final Preprocessing UNCHANGED =
      Pictures.fitted(WIDTH, HEIGHT, 0, Fit.SQUASH, Interpolation.NEAREST);

  static Stream<Arguments> kinds() {
    return Stream.of("none", "LZW", "Deflate", "ZLib", "PackBits")
        .flatMap(
            compression ->
                Stream.of(
                        BufferedImage.TYPE_INT_RGB,
                        BufferedImage.TYPE_BYTE_GRAY,
                        BufferedImage.TYPE_BYTE_BINARY,
                        BufferedImage.TYPE_BYTE_INDEXED)
                    .map(type -> Arguments.of(compression, type)));
  }

  @ParameterizedTest(name = "{0}, image type {1}")
  @MethodSource("kinds")
  void losslessPage_comesOutAsItWentIn(String compression, int type) {
    BufferedImage picture = Pictures.gradient(WIDTH, HEIGHT, type);

    assertThat(decode(Pictures.tiff(picture, compression)).array()).isEqualTo(rgb(picture));
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY})
  void jpegPage_comesOutNearly(int type) {
    BufferedImage picture = Pictures.gradient(WIDTH, HEIGHT, type);

    byte[] pixels = decode(Pictures.tiff(picture, "JPEG")).array();

    byte[] expected = rgb(picture);
    for (int i = 0; i < pixels.length; i++) {
      assertThat(Math.abs((pixels[i] & 0xFF) - (expected[i] & 0xFF))).isLessThan(24);
    }
  }

  static Stream<ByteOrder> orders() {
    return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
  }

  @ParameterizedTest
  @MethodSource("orders")
  void pageOfSixteenBits_keepsTheHighEight(ByteOrder order) {
    ByteBuffer samples = ByteBuffer.allocate(2 * NOISE.length).order(order);
    for (byte sample : NOISE) {
      samples.putShort((short) ((sample & 0xFF) * 257));
    }
    TiffFile page = TiffFile.page(order, WIDTH, HEIGHT, 2, 3).with(258, 16, 16, 16);

    assertThat(decode(page.file(samples.array())).array()).isEqualTo(NOISE);
    page.with(259, 8);
    assertThat(decode(page.file(deflate(samples.array()))).array()).isEqualTo(NOISE);
  }

  @ParameterizedTest
  @MethodSource("orders")
  void transparency_isDroppedAndNotBlended(ByteOrder order) {
    byte[] rgba = new byte[4 * WIDTH * HEIGHT];
    for (int i = 0; i < NOISE.length; i++) {
      rgba[i / 3 * 4 + i % 3] = NOISE[i];
      rgba[i / 3 * 4 + 3] = (byte) i;
    }
    TiffFile page = TiffFile.page(order, WIDTH, HEIGHT, 2, 4);

    assertThat(decode(page.file(rgba)).array()).isEqualTo(NOISE);
    for (int kind = 0; kind <= 2; kind++) {
      assertThat(decode(page.with(338, kind).file(rgba)).array()).isEqualTo(NOISE);
    }
  }

  @ParameterizedTest
  @MethodSource("orders")
  void planesAndTiles_becomePixels(ByteOrder order) {
    byte[][] planes = new byte[3][WIDTH * HEIGHT];
    for (int i = 0; i < NOISE.length; i++) {
      planes[i % 3][i / 3] = NOISE[i];
    }
    byte[][] tiles = new byte[3 * 2][32 * 32 * 3];
    TiffFile tiled =
        TiffFile.page(order, WIDTH, 3 * 32, 2, 3).without(278).with(322, 32).with(323, 32);
    byte[] tall = Pictures.noise(WIDTH, 3 * 32);
    for (int i = 0; i < tall.length; i++) {
      int x = i / 3 % WIDTH;
      int y = i / 3 / WIDTH;
      tiles[y / 32 * 2 + x / 32][(y % 32 * 32 + x % 32) * 3 + i % 3] = tall[i];
    }

    assertThat(decode(TiffFile.page(order, WIDTH, HEIGHT, 2, 3).with(284, 2).file(planes)).array())
        .isEqualTo(NOISE);
    Preprocessing unchanged = Pictures.fitted(WIDTH, 3 * 32, 0, Fit.SQUASH, Interpolation.NEAREST);
    assertThat(decode(tiled.file(tiles), unchanged).array()).isEqualTo(tall);
  }

  @Test
  void greyFromWhite_andCmyk_becomeRgb() {
    byte[] grey = Arrays.copyOf(NOISE, WIDTH * HEIGHT);
    byte[] cmyk = new byte[4 * WIDTH * HEIGHT];
    for (int i = 0; i < NOISE.length; i++) {
      cmyk[i / 3 * 4 + i % 3] = (byte) ~NOISE[i];
    }

    byte[] pixels =
        decode(TiffFile.page(ByteOrder.LITTLE_ENDIAN, WIDTH, HEIGHT, 0, 1).file(grey)).array();

    for (int i = 0; i < pixels.length; i++) {
      assertThat(pixels[i]).isEqualTo((byte) ~grey[i / 3]);
    }
    assertThat(decode(TiffFile.page(ByteOrder.BIG_ENDIAN, WIDTH, HEIGHT, 5, 4).file(cmyk)).array())
        .isEqualTo(NOISE);
  }

  @ParameterizedTest(name = "orientation {0}")
  @CsvSource({
    "1, 0, 0", "2, 1, 0", "3, 1, 1", "4, 0, 1", "5, 0, 0", "6, 0, 1", "7, 1, 1", "8, 1, 0"
  })
  void orientation_isApplied_asInOtherFormats(int number, int x, int y) {
    byte[] corners = Pictures.noise(2, 2);
    byte[] file =
        TiffFile.page(ByteOrder.LITTLE_ENDIAN, 2, 2, 2, 3).with(274, number).file(corners);

    byte[] pixels =
        decode(file, Pictures.fitted(2, 2, 0, Fit.SQUASH, Interpolation.NEAREST)).array();

    int at = 3 * (2 * y + x);
    assertThat(Arrays.copyOf(pixels, 3)).isEqualTo(Arrays.copyOfRange(corners, at, at + 3));
  }

  @ParameterizedTest
  @ValueSource(shorts = {6, 8, 9})
  void orientationThatIsASignedNumber_isApplied(short type) {
    byte[] corners = Pictures.noise(2, 2);
    byte[] file = TiffFile.page(ByteOrder.LITTLE_ENDIAN, 2, 2, 2, 3).with(274, 3).file(corners);
    int entry = TiffDirectory.read(file).entries().get(274);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(entry + Short.BYTES, type);

    byte[] pixels =
        decode(file, Pictures.fitted(2, 2, 0, Fit.SQUASH, Interpolation.NEAREST)).array();

    assertThat(Arrays.copyOf(pixels, 3)).isEqualTo(Arrays.copyOfRange(corners, 9, 12));
  }

  @Test
  void secondPage_isNotLookedAt() {
    byte[] file = TiffFile.page(ByteOrder.LITTLE_ENDIAN, WIDTH, HEIGHT, 2, 3).file(NOISE);
    Arrays.fill(file, file.length - 4, file.length, (byte) 0x7F);

    assertThat(decode(file).array()).isEqualTo(NOISE);
  }

  @Test
  void stripLongerThanThePicture_takesNoMoreMemory() {
    TiffFile page = TiffFile.page(ByteOrder.LITTLE_ENDIAN, WIDTH, HEIGHT, 2, 3);

    for (long rows : new long[] {1 << 24, 0xFFFFFFFFL}) {
      assertThat(decode(page.with(278, rows).file(NOISE)).array()).isEqualTo(NOISE);
      byte[] plain = TiffPage.read(page.with(278, rows).file(NOISE)).plain();
      assertThat(TiffDirectory.read(plain).number(278, 0)).isEqualTo(HEIGHT);
    }
  }

  @Test
  void tagsThatNobodyNeeds_areKeptFromLibtiff() {
    byte[] file =
        TiffFile.page(ByteOrder.BIG_ENDIAN, WIDTH, HEIGHT, 2, 3)
            .with(274, 6)
            .with(34665, 12)
            .with(50000, new long[1000])
            .file(NOISE);

    assertThat(TiffDirectory.read(TiffPage.read(file).plain()).entries().keySet())
        .containsExactly(256, 257, 258, 259, 262, 273, 277, 278, 279);
  }

  @ParameterizedTest(name = "tag {0} is {1}")
  @CsvSource({
    "259, 4, compressed by method 4", "259, 6, compressed by method 6", "262, 8, colour space 8",
    "262, 6, colour space 6", "339, 3, colour space 2", "317, 3, colour space 2",
    "277, 5, 5 samples", "322, 65520, needs 0", "273, 999999999, cut off"
  })
  void pageOfAnotherKind_isRefused(int tag, long number, String because) {
    TiffFile page = TiffFile.page(ByteOrder.LITTLE_ENDIAN, WIDTH, HEIGHT, 2, 3);
    byte[] file = page.file(NOISE);
    if (tag == 322) {
      file = page.with(322, 65_520).with(323, 65_520).file(NOISE);
      assertRefused(file, "strips or tiles of 65520x65520");
      return;
    }
    if (tag == 273) {
      int at = TiffDirectory.read(file).entries().get(273);
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 8, (int) number);
      assertRefused(file, because);
      return;
    }
    assertRefused(page.with(tag, number).file(NOISE), because);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "LZW", "Deflate", "ZLib", "PackBits", "JPEG"})
  void stripThatIsCutShort_isRefused(String compression) {
    byte[] file =
        Pictures.tiff(Pictures.gradient(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB), compression);
    TiffDirectory directory = TiffDirectory.read(file);
    int at = directory.entries().get(279);
    ByteBuffer edited = ByteBuffer.wrap(file).order(directory.file().order());
    int lengths = directory.numbers(279).length == 1 ? at + 8 : edited.getInt(at + 8);
    edited.putInt(lengths, (int) directory.numbers(279)[0] - 9);

    assertRefused(file, "");
  }

  @Test
  void damagedStrip_isRefused_andNotBlackened() {
    byte[] deflated = deflate(NOISE);
    deflated[deflated.length / 2] ^= 0x55;
    byte[] cut = Arrays.copyOf(deflate(NOISE), 50);
    byte[] impossible = Pictures.hex("8000ffffffff");
    TiffFile page = TiffFile.page(ByteOrder.LITTLE_ENDIAN, WIDTH, HEIGHT, 2, 3);

    assertRefused(page.with(259, 8).file(deflated), "cannot be inflated");
    assertRefused(page.with(259, 8).file(cut), "cut off");
    assertRefused(page.with(259, 5).file(impossible), "impossible code");
    assertRefused(page.with(259, 32773).file(Pictures.hex("0201")), "cut off");
    assertRefused(page.with(259, 7).file(Pictures.hex("ffd8ffd9")), "in a strip or tile, the JPEG");
  }

  @Test
  void fileCutOffAtEachByte_isRefused() {
    byte[] file = TiffFile.page(ByteOrder.LITTLE_ENDIAN, 5, 4, 2, 3).file(Pictures.noise(5, 4));

    for (int length = 4; length < file.length - 4; length++) {
      assertRefused(Arrays.copyOf(file, length), "cut off after " + length + " bytes");
    }
  }

  @Test
  void pageAboveTheLimit_isTooLarge() {
    byte[] file = TiffFile.page(ByteOrder.LITTLE_ENDIAN, 100_000, 100_000, 2, 3).file(NOISE);

    assertThatThrownBy(() -> decode(file))
        .hasMessage("the TIFF image claims 100000x100000 pixels, but at most 33554432 are allowed");
  }

  private static void assertRefused(byte[] file, String because) {
    assertThatThrownBy(() -> decode(file))
        .isInstanceOf(BadImageException.class)
        .hasMessageStartingWith("the TIFF image ")
        .hasMessageContaining(because)
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(Reason.UNDECODABLE);
  }

  private static ByteBuffer decode(byte[] file) {
    return decode(file, UNCHANGED);
  }

  private static ByteBuffer decode(byte[] file, Preprocessing geometry) {
    ByteBuffer pixels = ByteBuffer.allocate(geometry.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(file, geometry, pixels);
    }
    return pixels;
  }

  private static byte[] rgb(BufferedImage picture) {
    byte[] rgb = new byte[3 * picture.getWidth() * picture.getHeight()];
    boolean grey = picture.getType() == BufferedImage.TYPE_BYTE_GRAY;
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % picture.getWidth();
      int y = i / 3 / picture.getWidth();
      // The JDK converts grey pixels to RGB by a colour profile, so the test reads the sample
      // itself.
      int colour =
          grey
              ? picture.getRaster().getSample(x, y, 0)
              : picture.getRGB(x, y) >> (16 - 8 * (i % 3));
      rgb[i] = (byte) colour;
    }
    return rgb;
  }

  private static byte[] deflate(byte[] bytes) {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return deflated.toByteArray();
  }
}
