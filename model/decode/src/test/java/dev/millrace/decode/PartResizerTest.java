package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartResizerTest {

  private static final int WIDTH = 90;
  private static final int HEIGHT = 60;
  private static final Preprocessing UNCHANGED = Pictures.square(24);

  private final OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT);

  private static DecodedPicture noise() {
    return new DecodedPicture(WIDTH, HEIGHT, Pictures.noise(WIDTH, HEIGHT));
  }

  /** Copies a part of the noise, pixel by pixel. */
  private static byte[] cut(PicturePart part) {
    byte[] rgb = new byte[3 * part.width() * part.height()];
    for (int y = 0; y < part.height(); y++) {
      for (int i = 0; i < 3 * part.width(); i++) {
        rgb[3 * y * part.width() + i] =
            noise().rgb()[3 * ((part.top() + y) * WIDTH + part.left()) + i];
      }
    }
    return rgb;
  }

  /**
   * Pixels beside the part must not show through, as with torchvision's crop. {@link
   * CropResizerTest} compares the resize of a whole picture with Pillow's.
   */
  @ParameterizedTest(name = "{2}x{3} at {0}, {1}, {4}")
  @CsvSource({
    "0, 0, 90, 60, BILINEAR",
    "7, 11, 24, 24, BILINEAR",
    "13, 5, 70, 55, BILINEAR",
    "30, 20, 9, 12, BILINEAR",
    "30, 20, 31, 12, BICUBIC",
    "89, 59, 1, 1, BILINEAR"
  })
  void part_isResizedLikeAPictureOfItsOwn(
      int left, int top, int width, int height, Interpolation with) {
    PicturePart part = new PicturePart(left, top, width, height);
    Preprocessing squash = Pictures.fitted(24, 24, 0, Fit.SQUASH, with);
    byte[] expected = new byte[squash.bytes()];
    new CropResizer()
        .resize(new HeapPicture(width, height, cut(part)), squash, ByteBuffer.wrap(expected));
    byte[] pixels = new byte[squash.bytes()];

    new PartResizer(Pictures.fitted(24, 24, 24, Fit.CROP, with)).resize(noise(), part, pixels);

    assertThat(pixels).isEqualTo(expected);
  }

  @Test
  void partOfTheInputsSize_keepsItsPixels() {
    PicturePart part = new PicturePart(50, 30, 24, 24);
    byte[] pixels = new byte[UNCHANGED.bytes()];

    new PartResizer(UNCHANGED).resize(noise(), part, pixels);

    assertThat(pixels).isEqualTo(cut(part));
  }

  @Test
  void wholePicture_isNotCropped() {
    BufferedImage picture = Pictures.gradient(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);

    DecodedPicture whole = decoder.decodeWhole(Pictures.encode(picture, "png"), UNCHANGED, HEIGHT);

    assertThat(whole.width()).isEqualTo(WIDTH);
    assertThat(whole.height()).isEqualTo(HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int rgb =
          ((whole.rgb()[3 * i] & 0xFF) << 16)
              | ((whole.rgb()[3 * i + 1] & 0xFF) << 8)
              | (whole.rgb()[3 * i + 2] & 0xFF);
      assertThat(rgb).isEqualTo(picture.getRGB(i % WIDTH, i / WIDTH) & 0xFFFFFF);
    }
  }

  @ParameterizedTest(name = "{0}x{1}, shorter side {2}")
  @CsvSource({
    "90, 60, 40, 60, 40",
    "60, 90, 40, 40, 60",
    "90, 60, 61, 90, 60",
    "8192, 20, 15, 4096, 10",
    "9000, 1, 1, 4096, 1"
  })
  void largePicture_keepsItsProportions(
      int width, int height, int shorter, int expectedWidth, int expectedHeight) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);

    DecodedPicture whole = decoder.decodeWhole(Pictures.encode(picture, "png"), UNCHANGED, shorter);

    assertThat(whole.width()).isEqualTo(expectedWidth);
    assertThat(whole.height()).isEqualTo(expectedHeight);
    assertThat(whole.bytes()).isEqualTo(3 * expectedWidth * expectedHeight);
  }

  /** A training must not refuse an image that the service accepts. */
  @Test
  void jpegWhoseDecodeNeedsTooMuchMemory_isShrunkFurther() {
    byte[] jpeg = Pictures.encode(Pictures.gradient(200, 200, BufferedImage.TYPE_INT_RGB), "jpeg");
    ImageLimits limits = new ImageLimits(5_000, Duration.ofSeconds(5), 1);
    try (OpenCvImageDecoder scarce = new OpenCvImageDecoder(limits)) {
      assertThat(scarce.decodeWhole(jpeg, UNCHANGED, 100).width()).isEqualTo(100);
      assertThat(scarce.decodeWhole(jpeg, UNCHANGED, 150).width()).isEqualTo(75);
    }
  }

  @Test
  void wholePicture_isTurnedUpright() {
    BufferedImage picture = Pictures.gradient(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    byte[] turned = Pictures.withOrientation(Pictures.encode(picture, "jpeg"), 6);

    DecodedPicture whole = decoder.decodeWhole(turned, UNCHANGED, HEIGHT);

    assertThat(whole.width()).isEqualTo(HEIGHT);
    assertThat(whole.height()).isEqualTo(WIDTH);
    // Red grows from left to right in the file, and therefore from top to bottom.
    assertThat(whole.rgb()[0] & 0xFF).isLessThan(40);
    assertThat(whole.rgb()[3 * HEIGHT * (WIDTH - 1)] & 0xFF).isGreaterThan(215);
  }

  /** A picture on the heap. */
  private record HeapPicture(int width, int height, byte[] rgb) implements PixelRows {

    @Override
    public void copyRow(int y, int x, int columns, byte[] target) {
      System.arraycopy(rgb, 3 * (y * width + x), target, 0, 3 * columns);
    }

    @Override
    public void close() {
      // There is nothing to free.
    }
  }
}
