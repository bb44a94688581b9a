package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Large JPEGs are decoded at a reduced size, which takes less time and gives nearly equal pixels.
 */
class ReducedDecodeTest {

  private static final Preprocessing IMAGENET = Pictures.geometry(256, 224);
  private static final double MAX_MEAN_DIFFERENCE = 0.5;
  private static final long LIMIT = ImageLimits.DEFAULT.maxPixels();

  private final OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT);

  @ParameterizedTest(name = "{0}x{1} to {2}: a {3}th")
  @CsvSource({
    "1920, 1023, 256, 1", "1920, 1024, 256, 2", "1024, 1920, 256, 2", "1920, 1080, 256, 2",
    "2048, 2047, 256, 1", "2048, 2046, 256, 2", "2048, 2048, 256, 4", "4096, 4096, 256, 8",
    "9600, 9600, 256, 8", "1920, 1026, 256, 2", "1921, 1026, 256, 1", "1920, 1027, 256, 1",
    "2056, 2052, 256, 4", "2058, 2052, 256, 2", "1024, 1024, 32, 2", "1024, 1024, 257, 1",
    "1028, 1028, 257, 2", "1100, 1100, 1100, 1"
  })
  void sides_decideHowMuch(int width, int height, int resize, int reduction) {
    ImageHeader header = new ImageHeader(ImageFormat.JPEG, width, height);
    Preprocessing geometry = Pictures.geometry(resize, resize);

    assertThat(Reduction.of(header, Orientation.UPRIGHT, geometry, LIMIT)).isEqualTo(reduction);
    assertThat(Reduction.of(header, Orientation.of(6), geometry, LIMIT)).isEqualTo(reduction);
  }

  @ParameterizedTest(name = "{0}x{1} to {2}x{3}, {4}: a {5}th")
  @CsvSource({
    "4096, 1024, 512, 64, SQUASH, 2", "4096, 1024, 512, 600, SQUASH, 1",
    "1024, 4096, 512, 64, SQUASH, 1", "4096, 2048, 1024, 1024, PAD, 2",
    "4096, 2048, 1025, 1025, PAD, 1"
  })
  void bothSides_haveToStayLongEnough(
      int width, int height, int across, int down, Fit fit, int reduction) {
    ImageHeader header = new ImageHeader(ImageFormat.JPEG, width, height);
    Preprocessing geometry = Pictures.fitted(across, down, 0, fit, Interpolation.BILINEAR);

    assertThat(Reduction.of(header, Orientation.UPRIGHT, geometry, LIMIT)).isEqualTo(reduction);
  }

  @ParameterizedTest
  @CsvSource({
    "4096, NEAREST, 1",
    "4096, BICUBIC, 2",
    "4094, BICUBIC, 1",
    "8192, BICUBIC, 4",
    "4096, LANCZOS, 2",
    "4094, LANCZOS, 1"
  })
  void sharperInterpolations_needMorePixels(int side, Interpolation with, int reduction) {
    ImageHeader header = new ImageHeader(ImageFormat.JPEG, side, side);
    Preprocessing geometry = Pictures.fitted(224, 224, 256, Fit.CROP, with);

    assertThat(Reduction.of(header, Orientation.UPRIGHT, geometry, LIMIT)).isEqualTo(reduction);
  }

  @ParameterizedTest
  @EnumSource(
      value = Interpolation.class,
      names = {"BICUBIC", "LANCZOS"})
  void pixelsOfSharperInterpolations_areThoseOfAFullDecodeToALevel(Interpolation with) {
    byte[] jpeg = Pictures.encode(photograph(1400, 1024), "jpeg");
    Preprocessing geometry = Pictures.fitted(56, 56, 64, Fit.CROP, with);
    ByteBuffer expected = ByteBuffer.allocate(geometry.bytes());
    try (PixelRows picture = decodedInFull(jpeg)) {
      new CropResizer().resize(picture, geometry, expected);
    }

    ByteBuffer pixels = decode(jpeg, geometry);

    assertThat(pixels).isNotEqualTo(expected);
    for (int i = 0; i < pixels.limit(); i++) {
      assertThat((double) (pixels.get(i) & 0xFF))
          .isCloseTo(expected.get(i) & 0xFF, Offset.offset(1.0));
    }
  }

  /**
   * If the factor does not divide a side, the last decoded pixel lies only partly inside the
   * picture. If the picture was turned, this pixel may be the first one.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6, 8})
  void sidesThatTheFactorDoesNotDivide_keepTheirProportions(int orientation) {
    byte[] jpeg = Pictures.encode(photograph(1027, 1029), "jpeg");
    Orientation turn = Orientation.of(orientation);
    ByteBuffer expected = ByteBuffer.allocate(IMAGENET.bytes());
    ByteBuffer pixels = ByteBuffer.allocate(IMAGENET.bytes());
    ImageHeader header = ImageHeader.read(jpeg);
    try (PixelRows full = OpenCvPicture.decode(header, jpeg, 1, turn);
        PixelRows reduced = OpenCvPicture.decode(header, jpeg, 2, turn)) {
      assertThat(reduced.width()).isEqualTo((full.width() + 1) / 2);
      new CropResizer().resize(full, IMAGENET, expected);
      new CropResizer().resize(reduced, IMAGENET, pixels);
    }

    assertThat(meanDifference(pixels, expected)).isLessThan(MAX_MEAN_DIFFERENCE);
  }

  @ParameterizedTest(name = "{0} pixels allowed: a {1}th")
  @CsvSource({"5000000, 1", "3000000, 2", "1500000, 2", "900000, 4", "1, 4"})
  void pictureThatNeedsTooMuchMemory_isReducedFurther_butNotBelowTheInput(
      long maxPixels, int reduction) {
    ImageHeader header = new ImageHeader(ImageFormat.JPEG, 4001, 3001, 10, 1_500_000);
    Preprocessing nearest = Pictures.fitted(448, 448, 512, Fit.CROP, Interpolation.NEAREST);

    assertThat(Reduction.of(header, Orientation.UPRIGHT, nearest, maxPixels)).isEqualTo(reduction);
  }

  @ParameterizedTest
  @ValueSource(ints = {1022, 1023, 1024, 1025, 1026, 2048})
  void pixels_areThoseOfAFullDecodeButForAFractionOfALevel(int shorter) {
    byte[] jpeg = Pictures.encode(photograph(shorter + 100, shorter), "jpeg");

    double difference = meanDifference(decode(jpeg, IMAGENET), decodeInFull(jpeg));

    assertThat(difference).isLessThan(MAX_MEAN_DIFFERENCE);
    assertThat(difference > 0).as("reduced").isEqualTo(shorter >= 1024 && shorter % 2 == 0);
  }

  @Test
  void otherFormats_areDecodedInFull() {
    byte[] png = Pictures.encode(photograph(1100, 1024), "png");
    ByteBuffer expected = ByteBuffer.allocate(IMAGENET.bytes());
    try (PixelRows picture = decodedInFull(png)) {
      new CropResizer().resize(picture, IMAGENET, expected);
    }

    assertThat(decode(png, IMAGENET)).isEqualTo(expected);
  }

  /**
   * Each row has an orientation, and the colours that a viewer shows at the top left and at the top
   * right of the turned picture.
   */
  @ParameterizedTest(name = "orientation {0}")
  @CsvSource({
    "1, FF0000, 00FF00", "2, 00FF00, FF0000", "3, FFFFFF, 0000FF", "4, 0000FF, FFFFFF",
    "5, FF0000, 0000FF", "6, 0000FF, FF0000", "7, FFFFFF, 00FF00", "8, 00FF00, FFFFFF"
  })
  void redIsFirst_andExifOrientationIsApplied(int orientation, String topLeft, String topRight) {
    byte[] jpeg =
        Pictures.withOrientation(Pictures.encode(quarters(1200, 1024), "jpeg"), orientation);
    Preprocessing geometry = Pictures.square(32);

    ByteBuffer pixels = decode(jpeg, geometry);

    assertNear(pixels, geometry.width() + 1, topLeft);
    assertNear(pixels, 2 * geometry.width() - 2, topRight);
  }

  private static void assertNear(ByteBuffer pixels, int pixel, String colour) {
    byte[] expected = Pictures.hex(colour);
    for (int channel = 0; channel < expected.length; channel++) {
      assertThat(pixels.get(Preprocessing.CHANNELS * pixel + channel) & 0xFF)
          .isCloseTo(expected[channel] & 0xFF, Offset.offset(8));
    }
  }

  private ByteBuffer decode(byte[] file, Preprocessing geometry) {
    ByteBuffer pixels = ByteBuffer.allocate(geometry.bytes());
    decoder.decode(file, geometry, pixels);
    return pixels;
  }

  private static PixelRows decodedInFull(byte[] file) {
    return OpenCvPicture.decode(ImageHeader.read(file), file, 1, Orientation.UPRIGHT);
  }

  private static ByteBuffer decodeInFull(byte[] jpeg) {
    ByteBuffer pixels = ByteBuffer.allocate(IMAGENET.bytes());
    try (PixelRows picture = decodedInFull(jpeg)) {
      new CropResizer().resize(picture, IMAGENET, pixels);
    }
    return pixels;
  }

  private static double meanDifference(ByteBuffer a, ByteBuffer b) {
    long sum = 0;
    for (int i = 0; i < a.limit(); i++) {
      sum += Math.abs((a.get(i) & 0xFF) - (b.get(i) & 0xFF));
    }
    return (double) sum / a.limit();
  }

  /**
   * A picture with detail of every size from 64 pixels down to one pixel. Finer detail has less
   * contrast.
   */
  private static BufferedImage photograph(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] offsets = new Random(1).ints(1 << 16, -20, 21).toArray();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int brightness = 128;
        for (int cell = 0; cell <= 6; cell++) {
          int i = (x >> cell) * 31 + (y >> cell) * 1031 + cell * 7919;
          brightness += offsets[i & 0xFFFF] * (cell + 1) / 7;
        }
        int red = Math.min(255, Math.max(0, brightness + 60 * x / width));
        int green = Math.min(255, Math.max(0, brightness));
        int blue = Math.min(255, Math.max(0, brightness - 60 * y / height));
        picture.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return picture;
  }

  /** A picture of four quarters: red and green above, blue and white below. */
  private static BufferedImage quarters(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int above = x < width / 2 ? 0xFF0000 : 0x00FF00;
        int below = x < width / 2 ? 0x0000FF : 0xFFFFFF;
        picture.setRGB(x, y, y < height / 2 ? above : below);
      }
    }
    return picture;
  }
}
