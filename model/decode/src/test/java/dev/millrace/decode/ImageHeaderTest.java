package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageHeaderTest {

  private static final BufferedImage PICTURE =
      Pictures.gradient(31, 17, BufferedImage.TYPE_INT_RGB);

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "gif", "bmp"})
  void header_ofEachFormatTheJdkWrites_namesFormatAndSize(String format) {
    ImageHeader header = ImageHeader.read(Pictures.encode(PICTURE, format));

    assertThat(header.format().name()).isEqualToIgnoringCase(format);
    assertThat(header.width()).isEqualTo(31);
    assertThat(header.height()).isEqualTo(17);
    assertThat(header.passes()).isEqualTo(1);
  }

  @Test
  void webpHeader_ofEachKind_namesTheSize() {
    String riff = "5249464600000000" + "57454250";
    String lossy = riff + "56503820" + "00000000" + "000000" + "9d012a" + "1f00" + "1140";
    String lossless = riff + "5650384c" + "00000000" + "2f" + "1e000400";
    String extended = riff + "56503858" + "0a000000" + "00000000" + "1e0000" + "100000";

    for (String file : new String[] {lossy, lossless, extended}) {
      ImageHeader header = ImageHeader.read(Pictures.hex(file));
      assertThat(header).isEqualTo(new ImageHeader(ImageFormat.WEBP, 31, 17));
    }
  }

  @Test
  void jpegHeader_passesOverTheThumbnailInItsSegments() {
    byte[] thumbnail = Pictures.encode(Pictures.gradient(5, 5, PICTURE.getType()), "jpeg");
    byte[] photograph = Pictures.withSegment(Pictures.encode(PICTURE, "jpeg"), 0xE1, thumbnail);

    assertThat(ImageHeader.read(photograph)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  @Test
  void jpegHeader_passesOverGarbageBetweenSegments_asLibjpegDoes() {
    byte[] jpeg = Pictures.encode(PICTURE, "jpeg");
    byte[] start = Arrays.copyOf(jpeg, 2);
    byte[] rest = Arrays.copyOfRange(jpeg, 2, jpeg.length);
    byte[] padded = Pictures.join(Pictures.join(start, Pictures.hex("ff01ff00c0ffff")), rest);

    assertThat(ImageHeader.read(padded)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  @Test
  void jpegWithTwoFrameHeaders_isRefused() {
    byte[] small = Pictures.hex("08" + "0001" + "0001" + "01" + "011100");

    assertRefused(
        Pictures.withSegment(Pictures.encode(PICTURE, "jpeg"), 0xC0, small),
        Reason.UNDECODABLE,
        "two frame headers");
  }

  @Test
  void jpegWithoutHeight_isRefused() {
    byte[] jpeg =
        Pictures.hex("ffd8" + "ffc0000b08" + "0000" + "0010" + "01" + "011100" + "ffda000801");

    assertRefused(jpeg, Reason.UNDECODABLE, "claims 16x0 pixels");
  }

  @Test
  void jpegThatEndsBeforeItsFirstScan_isRefused() {
    assertRefused(Pictures.hex("ffd8ffe00002ffd9"), Reason.UNDECODABLE, "no scan");
    assertRefused(Pictures.hex("ffd8ffe00002ffda0008"), Reason.UNDECODABLE, "no frame header");
  }

  @Test
  void progressiveJpeg_claimsItsScans() {
    ImageHeader header = ImageHeader.read(Pictures.progressiveJpeg(PICTURE));

    assertThat(header.passes()).isBetween(6L, 12L);
    assertThatCode(() -> header.requireAtMost(31 * 17)).doesNotThrowAnyException();
  }

  @Test
  void jpegWithThousandsOfScans_isTooLarge() {
    ImageHeader header = new ImageHeader(ImageFormat.JPEG, 1000, 1000, 3000, 0);

    assertThatThrownBy(() -> header.requireAtMost(32 << 20))
        .isInstanceOf(BadImageException.class)
        .hasMessage(
            "the JPEG image has 3000 scans of 1000x1000 pixels, but at most 805 are allowed")
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffc30004", "ffc80004", "ffd80004", "fff70004", "ffdd1940"})
  void jpegWhoseDataIsBrokenOffByAMarker_isRefused(String marker) {
    byte[] jpeg = Pictures.encode(PICTURE, "jpeg");

    assertRefused(
        withinData(jpeg, marker),
        Reason.UNDECODABLE,
        "is damaged: marker " + marker.substring(0, 4).toUpperCase(Locale.ROOT) + " interrupts");
    // Bytes after the end of the image are ignored.
    assertThat(ImageHeader.read(Pictures.join(jpeg, Pictures.hex(marker))))
        .isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff00", "ffd0", "ff01", "ffbf", "ffff00"})
  void jpegWithWhatMayBeAmongItsData_isNotRefused(String bytes) {
    byte[] jpeg = Pictures.encode(PICTURE, "jpeg");

    assertThat(ImageHeader.read(withinData(jpeg, bytes)))
        .isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  /** libjpeg stops at each of these markers, and fills the rest of the picture with grey. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffc40004f7f7",
        "ffcc0004f7f7",
        "ffdb0004f7f7",
        "ffdd00040001",
        "ffda0004f7f7",
        "ffdb7fff",
        "ffe30003f7",
        "fffe0006ffc3fff7",
        "ffe37fff",
        "ffdc00040011"
      })
  void segmentWithinTheDataOfTheOnlyScan_isDamage(String segment) {
    assertRefused(
        withinData(Pictures.encode(PICTURE, "jpeg"), segment),
        Reason.UNDECODABLE,
        "is damaged: marker " + segment.substring(0, 4).toUpperCase(Locale.ROOT) + " interrupts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffe30003f7", "fffe0006ffc3fff7", "ffe30003f7fffe0003f7"})
  void commentBehindTheDataOfTheOnlyScan_isNotRefused(String segments) {
    byte[] jpeg = Pictures.encode(PICTURE, "jpeg");
    byte[] data = Arrays.copyOf(jpeg, jpeg.length - 2);
    byte[] commented = Pictures.join(data, Pictures.hex(segments));

    for (byte[] file : new byte[][] {commented, Pictures.join(commented, Pictures.hex("ffd9"))}) {
      assertThat(ImageHeader.read(file)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
    }
  }

  @Test
  void tablesBetweenTheScansOfAProgressiveJpeg_areNotDamage() {
    byte[] jpeg = Pictures.progressiveJpeg(PICTURE);

    assertThat(HexFormat.of().formatHex(jpeg).split("ffc4", -1)).hasSizeGreaterThan(3);
    assertThat(ImageHeader.read(jpeg).width()).isEqualTo(31);
  }

  @Test
  void jpegHeader_countsTheCoefficientsThatLibjpegKeeps() {
    ImageHeader baseline = ImageHeader.read(Pictures.encode(PICTURE, "jpeg"));
    ImageHeader subsampled = ImageHeader.read(Pictures.progressiveJpeg(PICTURE));
    ImageHeader grey =
        ImageHeader.read(
            Pictures.progressiveJpeg(Pictures.gradient(31, 17, BufferedImage.TYPE_BYTE_GRAY)));

    assertThat(baseline.coefficients()).isZero();
    assertThat(subsampled.coefficients()).isEqualTo((long) (1.5 * 31 * 17));
    assertThat(grey.coefficients()).isEqualTo(31 * 17);
  }

  @Test
  void jpeg_mayHaveEightTimesThePixels_ifItsDecodeNeedsTwelveBytesForEachPixelOfTheLimit() {
    ImageHeader baseline = new ImageHeader(ImageFormat.JPEG, 800, 100);
    ImageHeader progressive = new ImageHeader(ImageFormat.JPEG, 800, 100, 10, 40_000);

    assertThatCode(() -> baseline.requireAtMost(10_000)).doesNotThrowAnyException();
    assertThatThrownBy(() -> baseline.requireAtMost(9_999))
        .hasMessage("the JPEG image claims 800x100 pixels, but at most 79992 are allowed");
    assertThat(baseline.bytes(1, false)).isEqualTo(240_000);
    assertThat(baseline.bytes(8, true)).isEqualTo(2 * 3 * 100 * 13);
    assertThat(progressive.bytes(8, true)).isEqualTo(80_000 + 3 * 100 * 13);
    assertThatCode(() -> progressive.requireMemory(6_992, 8, true)).doesNotThrowAnyException();
    assertThatThrownBy(() -> progressive.requireMemory(6_991, 8, true))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("needs 0 MB to decode");
    assertThatCode(() -> progressive.requireMemory(80_000, 1, true)).doesNotThrowAnyException();
  }

  @Test
  void jpegWithRestartMarkers_isNotRefused() {
    byte[] jpeg = Pictures.jpegWithRestarts(PICTURE, 1);

    assertThat(HexFormat.of().formatHex(jpeg)).contains("ffdd00040001", "ffd0", "ffd1", "ffd2");
    assertThat(ImageHeader.read(jpeg)).isEqualTo(new ImageHeader(ImageFormat.JPEG, 31, 17));
  }

  @Test
  void bmpHeader_countsRowsThatRunFromTheTop() {
    byte[] bmp = Pictures.encode(PICTURE, "bmp");
    int height = -17;
    for (int i = 0; i < 4; i++) {
      bmp[22 + i] = (byte) (height >> (8 * i));
    }

    assertThat(ImageHeader.read(bmp)).isEqualTo(new ImageHeader(ImageFormat.BMP, 31, 17));
  }

  @Test
  void bmpOfTheSmallestHeight_isTooLarge() {
    byte[] bmp = Pictures.encode(PICTURE, "bmp");
    Arrays.fill(bmp, 22, 25, (byte) 0);
    bmp[25] = (byte) 0x80;

    assertThatThrownBy(() -> ImageHeader.read(bmp).requireAtMost(1 << 20))
        .hasMessageContaining("claims 31x2147483648 pixels");
  }

  @Test
  void gifHeader_countsTheFrameThatIsLargerThanItsCanvas() {
    byte[] gif = Pictures.encode(PICTURE, "gif");
    gif[6] = 4;
    gif[8] = 2;

    assertThat(ImageHeader.read(gif)).isEqualTo(new ImageHeader(ImageFormat.GIF, 31, 17));
  }

  @Test
  void pngThatDoesNotBeginWithItsHeader_isRefused() {
    byte[] png = Pictures.encode(PICTURE, "png");
    png[12] = 'J';

    assertRefused(png, Reason.UNDECODABLE, "IHDR");
  }

  @Test
  void largestClaim_isTooLargeWithoutOverflow() {
    byte[] png = Pictures.encode(PICTURE, "png");
    Arrays.fill(png, 16, 24, (byte) 0xFF);

    assertThatThrownBy(() -> ImageHeader.read(png).requireAtMost(32 << 20))
        .hasMessage(
            "the PNG image claims 4294967295x4294967295 pixels, but at most 33554432 are allowed")
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void limit_isInclusive() {
    ImageHeader header = new ImageHeader(ImageFormat.PNG, 31, 17);

    assertThatCode(() -> header.requireAtMost(31 * 17)).doesNotThrowAnyException();
    assertThatThrownBy(() -> header.requireAtMost(31 * 17 - 1))
        .isInstanceOf(BadImageException.class);
  }

  @Test
  void unknownFormat_isRefusedWithItsFirstBytes() {
    byte[] text = "Hello, world".getBytes(StandardCharsets.US_ASCII);

    assertThatThrownBy(() -> ImageHeader.read(text))
        .hasMessage(
            "the value begins with the bytes 48656c6c6f2c2077"
                + " and is not a JPEG, PNG, GIF, BMP, WebP or TIFF image");
    assertRefused(Pictures.hex("49492900"), Reason.UNKNOWN_FORMAT, "49492900");
    assertRefused(Pictures.hex("ff"), Reason.UNKNOWN_FORMAT, "bytes ff and");
  }

  static Stream<byte[]> files() {
    return Stream.of(
        Pictures.encode(PICTURE, "jpeg"),
        Pictures.progressiveJpeg(PICTURE),
        Pictures.encode(PICTURE, "png"),
        Pictures.encode(PICTURE, "gif"),
        Pictures.encode(PICTURE, "bmp"),
        Pictures.webp());
  }

  @ParameterizedTest
  @MethodSource("files")
  void header_cutOffAtEachByte_isRefusedOrWhole(byte[] file) {
    ImageHeader whole = ImageHeader.read(file);
    int refused = 0;
    for (int length = 0; length < file.length; length++) {
      try {
        ImageHeader header = ImageHeader.read(Arrays.copyOf(file, length));
        assertThat(header.width()).isEqualTo(whole.width());
        assertThat(header.height()).isEqualTo(whole.height());
      } catch (BadImageException e) {
        assertThat(e.reason()).isIn(Reason.UNKNOWN_FORMAT, Reason.UNDECODABLE);
        refused++;
      }
    }
    assertThat(refused).isGreaterThanOrEqualTo(18);
  }

  /**
   * Returns the JPEG with additional bytes inside the data of its scan, the last part of the file.
   */
  private static byte[] withinData(byte[] jpeg, String bytes) {
    int at = jpeg.length - 8;
    byte[] head = Pictures.join(Arrays.copyOf(jpeg, at), Pictures.hex(bytes));
    return Pictures.join(head, Arrays.copyOfRange(jpeg, at, jpeg.length));
  }

  private static void assertRefused(byte[] file, Reason reason, String because) {
    assertThatThrownBy(() -> ImageHeader.read(file))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining(because)
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(reason);
  }
}
