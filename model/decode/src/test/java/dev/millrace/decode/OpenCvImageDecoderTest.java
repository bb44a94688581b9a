package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenCvImageDecoderTest {

  private static final int SIZE = 24;
  private static final Preprocessing UNCHANGED = Pictures.square(SIZE);

  private final OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT);
  private final ByteBuffer pixels = ByteBuffer.allocateDirect(UNCHANGED.bytes());

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void losslessPicture_ofTheModelsSize_comesOutAsItWentIn(String format) {
    BufferedImage picture = Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);

    decoder.decode(Pictures.encode(picture, format), UNCHANGED, pixels);

    assertShows(picture, 0);
  }

  @Test
  void jpeg_baselineAndProgressive_comesOutNearly() {
    BufferedImage picture = Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (byte[] jpeg :
        new byte[][] {Pictures.encode(picture, "jpeg"), Pictures.progressiveJpeg(picture)}) {
      decoder.decode(jpeg, UNCHANGED, pixels);

      assertShows(picture, 24);
    }
  }

  @Test
  void gif_comesOutInThePalettesColours() {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_BINARY);
    picture.setRGB(3, 5, 0xFFFFFFFF);

    decoder.decode(Pictures.encode(picture, "gif"), UNCHANGED, pixels);

    assertShows(picture, 0);
  }

  @Test
  void webp_isDecoded() {
    ByteBuffer one = ByteBuffer.allocate(3);

    decoder.decode(Pictures.webp(), Pictures.square(1), one);

    assertThat(one.array()).containsExactly(200, 100, 50);
  }

  @Test
  void transparency_isDroppedAndNotBlended() {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(3, 5, 0x01C86432);

    decoder.decode(Pictures.encode(picture, "png"), UNCHANGED, pixels);

    assertThat(rgb(3, 5)).isEqualTo(0xC86432);
  }

  @Test
  void palette_becomesItsColours() {
    byte[] red = {0, 10, (byte) 200, (byte) 255};
    byte[] green = {0, 20, 100, (byte) 255};
    byte[] blue = {0, 30, 50, (byte) 255};
    IndexColorModel palette = new IndexColorModel(2, 4, red, green, blue, 0);
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_INDEXED, palette);
    picture.getRaster().setSample(3, 5, 0, 2);

    decoder.decode(Pictures.encode(picture, "png"), UNCHANGED, pixels);

    assertThat(rgb(3, 5)).isEqualTo(0xC86432);
    assertThat(rgb(0, 0)).isEqualTo(0);
  }

  @Test
  void grey_ofEightAndSixteenBits_isGivenToEachChannel() {
    BufferedImage eight = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    eight.getRaster().setSample(3, 5, 0, 0xAB);
    BufferedImage sixteen = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_USHORT_GRAY);
    sixteen.getRaster().setSample(3, 5, 0, 0xAB12);
    for (BufferedImage picture : new BufferedImage[] {eight, sixteen}) {
      decoder.decode(Pictures.encode(picture, "png"), UNCHANGED, pixels);

      assertThat(rgb(3, 5)).isEqualTo(0xABABAB);
      assertThat(rgb(0, 0)).isEqualTo(0);
    }
  }

  /**
   * Each row has an orientation, and the colours that a viewer shows at the top left and at the top
   * right of the turned picture.
   */
  @ParameterizedTest(name = "orientation {0}")
  @CsvSource({
    "1, RED, GREEN", "2, GREEN, RED", "3, WHITE, BLUE", "4, BLUE, WHITE",
    "5, RED, BLUE", "6, BLUE, RED", "7, WHITE, GREEN", "8, GREEN, WHITE"
  })
  void exifOrientation_isApplied(int orientation, Colour topLeft, Colour topRight) {
    byte[] jpeg = Pictures.encode(quarters(2 * SIZE, SIZE), "jpeg");

    decoder.decode(Pictures.withOrientation(jpeg, orientation), UNCHANGED, pixels);

    // The crop keeps the middle, where all four quarters meet.
    assertThat(Colour.nearest(rgb(2, 2))).isEqualTo(topLeft);
    assertThat(Colour.nearest(rgb(SIZE - 3, 2))).isEqualTo(topRight);
  }

  @Test
  void animatedPng_showsItsStillImage() {
    BufferedImage picture = Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    byte[] png = Pictures.encode(picture, "png");
    byte[] animation = Pictures.hex("00000003" + "00000000");
    byte[] animated =
        Pictures.withChunk(Pictures.withChunk(png, "acTL", animation), "tEXt", new byte[] {'a', 0});
    assertThat(PngHeader.still(animated)).isEqualTo(png);
    assertThat(PngHeader.still(png)).isSameAs(png);

    decoder.decode(animated, UNCHANGED, pixels);

    assertShows(picture, 0);
  }

  @Test
  void pngWhosePixelsAreCutOff_isKeptFromLibpng() {
    byte[] png = Pictures.encode(Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png");
    int end = png.length - 12;

    for (int length : new int[] {end - 1, end - 5}) {
      assertThatThrownBy(() -> PngHeader.still(Arrays.copyOf(png, length)))
          .isInstanceOf(BadImageException.class)
          .hasMessage("the PNG image is cut off after " + length + " bytes");
    }
    assertThat(PngHeader.still(Arrays.copyOf(png, end))).hasSize(end);
  }

  @Test
  void chunksThatNoPixelDependsOn_areKeptFromLibpng() {
    byte[] png = Pictures.encode(Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png");
    byte[] noisy = png;
    for (String type : List.of("tEXt", "gAMA", "iCCP", "zTXt", "eXIf", "abCd")) {
      noisy = Pictures.withChunk(Pictures.withChunk(noisy, type, new byte[0]), type, new byte[9]);
    }
    byte[] behind = Arrays.copyOf(png, png.length - 12 + noisy.length - png.length + 12);
    int end = png.length - 12;
    int chunks = noisy.length - png.length;
    System.arraycopy(noisy, 33, behind, end, chunks);
    System.arraycopy(png, end, behind, end + chunks, 12);

    assertThat(PngHeader.still(noisy)).isEqualTo(png);
    assertThat(PngHeader.still(behind)).isEqualTo(png);
  }

  @Test
  void chunksThatPixelsDependOn_areKept_butNotInThousands() {
    byte[] png = Pictures.encode(Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png");
    byte[] transparent = Pictures.withChunk(png, "tRNS", new byte[6]);
    byte[] many = png;
    for (int i = 0; i < 100; i++) {
      many = Pictures.withChunk(many, "tRNS", new byte[6]);
    }

    assertThat(PngHeader.still(transparent)).isSameAs(transparent);
    assertThat(PngHeader.still(Pictures.withChunk(transparent, "eXIf", new byte[8])))
        .isEqualTo(transparent);
    assertThat(PngHeader.still(many)).hasSize(png.length + 4 * 18);
  }

  @Test
  void pngWithAChunkOfGigabytes_isRefusedBeforeRoomIsMade() {
    byte[] png = Pictures.encode(Pictures.gradient(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png");
    int firstChunkAfterHeader = 8 + 12 + 13;
    png[firstChunkAfterHeader] = (byte) 0xD3;

    assertThatThrownBy(() -> decoder.decode(png, UNCHANGED, pixels))
        .isInstanceOf(BadImageException.class)
        .hasMessage("the PNG image is cut off after " + png.length + " bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "gif", "bmp"})
  void pictureThatIsCutOff_isRefused_andTheSlotUntouched(String format) {
    byte[] file = Pictures.encode(Pictures.gradient(200, 200, BufferedImage.TYPE_INT_RGB), format);
    for (int percent : new int[] {10, 50, 90, 99}) {
      byte[] cut = Arrays.copyOf(file, file.length * percent / 100);

      assertRefused(cut, Reason.UNDECODABLE);
    }
  }

  @Test
  void progressiveJpegThatIsCutOff_isRefused() {
    byte[] file = Pictures.progressiveJpeg(Pictures.gradient(200, 200, BufferedImage.TYPE_INT_RGB));

    assertRefused(Arrays.copyOf(file, file.length - 1), Reason.UNDECODABLE);
    assertRefused(Arrays.copyOf(file, file.length / 2), Reason.UNDECODABLE);
  }

  @Test
  void emptyValue_isRefused() {
    assertRefused(new byte[0], Reason.EMPTY);
  }

  @Test
  void unknownFormat_isRefused() {
    assertRefused("Hello, world".getBytes(StandardCharsets.UTF_8), Reason.UNKNOWN_FORMAT);
  }

  @Test
  void pictureAboveTheLimit_isRefused() {
    byte[] png = Pictures.encode(Pictures.gradient(30, 30, BufferedImage.TYPE_INT_RGB), "png");
    ImageLimits limits = new ImageLimits(899, Duration.ofSeconds(1), 1);

    try (OpenCvImageDecoder strict = new OpenCvImageDecoder(limits)) {
      assertThatThrownBy(() -> strict.decode(png, UNCHANGED, pixels))
          .isInstanceOf(BadImageException.class)
          .hasMessage("the PNG image claims 30x30 pixels, but at most 899 are allowed");
    }
  }

  @Test
  void smallJpegThatClaims438MillionPixels_isRefused() {
    byte[] jpeg = Pictures.encode(Pictures.gradient(8, 8, BufferedImage.TYPE_INT_RGB), "jpeg");
    int frame = indexOf(jpeg, Pictures.hex("ffc00011" + "08" + "0008" + "0008"));
    System.arraycopy(Pictures.hex("1e6d" + "dc01"), 0, jpeg, frame + 5, 4);

    assertThatThrownBy(() -> decoder.decode(jpeg, UNCHANGED, pixels))
        .hasMessage("the JPEG image claims 56321x7789 pixels, but at most 268435456 are allowed");
    assertRefused(jpeg, Reason.TOO_LARGE);
  }

  @Test
  void extendedWebpWithALargerPictureThanItsCanvas_isRefused() {
    byte[] simple = Pictures.webp();
    byte[] picture = Arrays.copyOfRange(simple, 12, simple.length);
    // The picture has 16,384 columns, but its canvas has one column.
    picture[9] = (byte) 0xFF;
    picture[10] = (byte) (picture[10] | 0x3F);
    byte[] file =
        Pictures.join(
            Pictures.hex("524946463000000057454250" + "565038580a00000000000000" + "000000000000"),
            picture);

    assertThat(ImageHeader.read(file)).isEqualTo(new ImageHeader(ImageFormat.WEBP, 1, 1));
    assertRefused(file, Reason.UNDECODABLE);
  }

  @Test
  void slotThatIsTooSmall_isTheCallersMistake() {
    ByteBuffer small = ByteBuffer.allocate(UNCHANGED.bytes() - 1);

    assertThatThrownBy(() -> decoder.decode(Pictures.webp(), UNCHANGED, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pixels: 1727 bytes are too few for an image of 1728 bytes");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i <= bytes.length - part.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("the bytes are not there");
  }

  private void assertRefused(byte[] file, Reason reason) {
    byte[] before = new byte[UNCHANGED.bytes()];
    Arrays.fill(before, (byte) 0x5A);
    pixels.put(0, before);

    assertThatThrownBy(() -> decoder.decode(file, UNCHANGED, pixels))
        .isInstanceOf(BadImageException.class)
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(reason);

    byte[] after = new byte[UNCHANGED.bytes()];
    pixels.get(0, after);
    assertThat(after).isEqualTo(before);
  }

  private void assertShows(BufferedImage picture, int tolerance) {
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        for (int shift = 0; shift <= 16; shift += 8) {
          int difference = ((rgb(x, y) >> shift) & 0xFF) - ((picture.getRGB(x, y) >> shift) & 0xFF);
          assertThat(Math.abs(difference)).as("pixel %d, %d", x, y).isLessThanOrEqualTo(tolerance);
        }
      }
    }
  }

  private int rgb(int x, int y) {
    int at = 3 * (y * SIZE + x);
    return ((pixels.get(at) & 0xFF) << 16)
        | ((pixels.get(at + 1) & 0xFF) << 8)
        | (pixels.get(at + 2) & 0xFF);
  }

  /** A picture of four quarters: red and green above, blue and white below. */
  private static BufferedImage quarters(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        Colour above = x < width / 2 ? Colour.RED : Colour.GREEN;
        Colour below = x < width / 2 ? Colour.BLUE : Colour.WHITE;
        picture.setRGB(x, y, (y < height / 2 ? above : below).rgb);
      }
    }
    return picture;
  }

  enum Colour {
    RED(0xFF0000),
    GREEN(0x00FF00),
    BLUE(0x0000FF),
    WHITE(0xFFFFFF);

    private final int rgb;

    Colour(int rgb) {
      this.rgb = rgb;
    }

    /** Rounds each channel of {@code rgb} to 0 or 255, and returns this colour. */
    static Colour nearest(int rgb) {
      int bright = 0;
      for (int shift = 0; shift <= 16; shift += 8) {
        bright |= ((rgb >> shift) & 0xFF) > 127 ? 0xFF << shift : 0;
      }
      for (Colour colour : values()) {
        if (colour.rgb == bright) {
          return colour;
        }
      }
      throw new AssertionError("no such colour: " + Integer.toHexString(rgb));
    }
  }
}
