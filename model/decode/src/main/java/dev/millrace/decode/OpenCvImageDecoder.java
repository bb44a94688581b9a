package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Decodes JPEG, PNG, GIF (the first frame), BMP and WebP with OpenCV. The resized and cropped
 * pixels equal those of torchvision's {@code Resize} and {@code CenterCrop}.
 *
 * <ul>
 *   <li>Our own code reads the header first. It refuses a picture with more than {@link
 *       ImageLimits#maxPixels()} pixels before memory for pixels is allocated, and a JPEG with too
 *       many passes over its pixels. It refuses TIFF, HEIF, AVIF and all other formats as {@link
 *       Reason#UNKNOWN_FORMAT}.
 *   <li>A large JPEG is decoded at a half, a quarter or an eighth of its width and height, by
 *       libjpeg's own transform. The factor 2, 4 or 8 must divide both sides. After the decode, the
 *       shorter side must have at least 512 pixels, and be at least twice as long as after the
 *       resize. The pixels of a reduced decode differ from torchvision's by a fraction of a grey
 *       level on average.
 *   <li>A picture is rotated by its EXIF orientation, so that the model gets the pixels that an
 *       image viewer shows. PyTorch's own loaders ignore the orientation.
 *   <li>Grey, palette, 16-bit and CMYK pictures become 8-bit RGB. Transparency is dropped, not
 *       blended. Colour profiles are not applied; PyTorch's loaders do not apply them either.
 *   <li>A truncated picture of any format is refused as {@link Reason#UNDECODABLE}, so that no
 *       half-grey picture is classified. Damage within a JPEG's compressed data is not always
 *       detectable. The decoder then returns wrong pixels.
 * </ul>
 *
 * <p>The decoder does not limit the time of a decode, because native code cannot be interrupted.
 * Native memory is freed before {@link #decode} returns; an instance keeps a few rows of pixels on
 * the heap. One thread uses an instance at a time; instances share nothing.
 *
 * <p>Errors of the image library become {@link BadImageException}s. A lack of heap or native memory
 * becomes an {@link OutOfMemoryError}, because the image itself may be valid.
 */
public final class OpenCvImageDecoder implements ImageDecoder {

  private static final int MIN_REDUCED_SIDE = 512;

  /** The largest factor by which libjpeg can divide the sides. */
  private static final int MAX_REDUCTION = 8;

  private final ImageLimits limits;
  private final CropResizer resizer = new CropResizer();

  /**
   * Creates a decoder. The first decoder in a JVM loads the native library; see {@link #warmUp}.
   *
   * @param limits the limits for each image
   * @throws IllegalStateException if the native library cannot be loaded; the message says what to
   *     do
   */
  public OpenCvImageDecoder(ImageLimits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
    warmUp();
  }

  /**
   * Loads OpenCV's native library, once per JVM. Loading takes about a second. Call this method
   * early, on a thread of its own, so that the first decode does not wait. Any thread may call it.
   *
   * @throws dev.millrace.core.runtime.NativeLibraryException if the class path has no native
   *     library for this machine, or the library's folder forbids loading it
   */
  public static void warmUp() {
    OpenCvLibrary.require();
  }

  @Override
  public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    if (pixels.limit() < preprocessing.bytes()) {
      throw new IllegalArgumentException(
          "pixels: "
              + pixels.limit()
              + " bytes are too few for an image of "
              + preprocessing.bytes()
              + " bytes");
    }
    if (encoded.length == 0) {
      throw new BadImageException(Reason.EMPTY, "the value is empty; send an image file's bytes");
    }
    ImageHeader header = ImageHeader.read(encoded);
    header.requireAtMost(limits.maxPixels());
    try (PixelRows picture = picture(header, encoded, preprocessing.resize())) {
      resizer.resize(picture, preprocessing, pixels);
    }
  }

  private static PixelRows picture(ImageHeader header, byte[] encoded, int resize) {
    return switch (header.format()) {
      case GIF -> GifFrame.read(new HeaderReader(ImageFormat.GIF, encoded)).decode();
      case JPEG ->
          OpenCvPicture.decode(header, encoded, reduction(header.width(), header.height(), resize));
      default -> OpenCvPicture.decode(header, encoded, 1);
    };
  }

  /**
   * {@return the factor, 1, 2, 4 or 8, by which the sides of a JPEG are divided during the decode}
   */
  static int reduction(long width, long height, int resize) {
    long enough = Math.max(MIN_REDUCED_SIDE, 2L * resize);
    int reduction = 1;
    while (reduction < MAX_REDUCTION
        && Math.min(width, height) / reduction >= 2 * enough
        && ((width | height) / reduction) % 2 == 0) {
      reduction *= 2;
    }
    return reduction;
  }

  @Override
  public void close() {
    // There is nothing to free, because all memory is on the heap.
  }
}
