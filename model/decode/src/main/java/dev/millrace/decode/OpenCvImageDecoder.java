package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Decodes JPEG, PNG, GIF (the first frame), BMP, WebP and TIFF (the first page) with OpenCV. The
 * pixels equal Pillow's after the resize and the fit of the {@link Preprocessing}. For a crop, they
 * also equal the result of torchvision's {@code Resize} and {@code CenterCrop}.
 *
 * <ul>
 *   <li>Our own code reads the header first, and refuses a picture that is too large before memory
 *       for pixels is allocated. The limit is {@link ImageLimits#maxPixels()} pixels. A JPEG may
 *       have eight times as many pixels if its decode needs at most 12 bytes of native memory per
 *       pixel of the limit. A JPEG with too many scans is also refused, because each scan is
 *       another pass over the pixels. HEIC, AVIF and all other formats are refused as {@link
 *       Reason#UNKNOWN_FORMAT}, with a message that names the format if it is known.
 *   <li>A large JPEG is decoded at a half, a quarter or an eighth of its width and height, by
 *       libjpeg's own transform. After the decode, the shorter side has at least 512 pixels. Both
 *       sides are at least twice as long as after the resize, or eight times for a bicubic or
 *       Lanczos resize. The pixels of a reduced decode differ from Pillow's by a fraction of a grey
 *       level on average. A nearest-neighbour resize always uses a full decode. If a decode would
 *       need too much memory, its size is reduced further.
 *   <li>With {@link Preprocessing.Exif#APPLY}, a picture is turned by its EXIF orientation, so that
 *       the model gets the pixels that an image viewer shows. With {@link
 *       Preprocessing.Exif#IGNORE}, the picture stays as it is stored. The orientation is read from
 *       JPEG, PNG, WebP and TIFF files. PyTorch's own loaders ignore the orientation.
 *   <li>Grey, palette, 16-bit and CMYK pictures become 8-bit RGB. Transparency is dropped, not
 *       blended. Colour profiles are not applied; PyTorch's loaders do not apply them either.
 *   <li>A truncated picture of any format is refused as {@link Reason#UNDECODABLE}. Otherwise, a
 *       picture with grey in place of the missing part would be classified. Damage within a JPEG's
 *       compressed data is not always detectable. If the damage is not detected, the decoder
 *       returns wrong pixels.
 * </ul>
 *
 * <p>The decoder does not limit the time of a decode, because native code cannot be interrupted.
 * Native memory is freed before {@link #decode} returns. An instance keeps a few rows of pixels on
 * the heap. Not thread-safe: one thread uses an instance at a time. Instances share no state.
 *
 * <p>Errors of the image library become {@link BadImageException}s. A lack of heap or native memory
 * becomes an {@link OutOfMemoryError}, because the image itself may be valid.
 */
public final class OpenCvImageDecoder implements ImageDecoder {

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
   * early, on a thread of its own, so that the first decode does not wait. Any thread may call this
   * method.
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
    Header header = read(encoded, preprocessing);
    decode(header, encoded, preprocessing, pixels);
  }

  /**
   * Decodes one whole image, without the crop of the preprocessing. The EXIF orientation and the
   * interpolation are those of the preprocessing. A larger picture is resized, with its
   * proportions, until its shorter side has {@code shorter} pixels and its longer side has at most
   * {@link Preprocessing#MAX_SIZE}. A smaller picture keeps its pixels. If the decode needs too
   * much memory at this size, the shorter side becomes shorter, but not shorter than in {@link
   * #decode}.
   *
   * @param encoded the image file's bytes; the decoder does not keep the array
   * @param preprocessing the orientation and the interpolation
   * @param shorter the largest length of the shorter side, in pixels, at least 1
   * @return the picture
   * @throws BadImageException if the image is damaged, not supported or too large
   * @throws OutOfMemoryError if the heap or native memory is too small for the decode
   */
  public DecodedPicture decodeWhole(byte[] encoded, Preprocessing preprocessing, int shorter) {
    Header header = read(encoded, preprocessing);
    int side = shorter;
    Preprocessing whole = header.whole(preprocessing, side);
    while (side > preprocessing.resize() && !fitsInMemory(header, whole)) {
      side = Math.max(side / 2, preprocessing.resize());
      whole = header.whole(preprocessing, side);
    }
    byte[] pixels = new byte[whole.bytes()];
    decode(header, encoded, whole, ByteBuffer.wrap(pixels));
    return new DecodedPicture(whole.width(), whole.height(), pixels);
  }

  private boolean fitsInMemory(Header header, Preprocessing preprocessing) {
    int reduction = reduction(header, preprocessing);
    return header
        .stored()
        .fitsInMemory(limits.maxPixels(), reduction, !header.orientation().isUpright());
  }

  private int reduction(Header header, Preprocessing preprocessing) {
    return Reduction.of(header.stored(), header.orientation(), preprocessing, limits.maxPixels());
  }

  /** The header of a picture, and the steps that turn the picture upright. */
  private record Header(ImageHeader stored, Orientation orientation) {

    /** {@return the width of the upright picture, in pixels} */
    long width() {
      return orientation.transposed() ? stored.height() : stored.width();
    }

    /** {@return the height of the upright picture, in pixels} */
    long height() {
      return orientation.transposed() ? stored.width() : stored.height();
    }

    /** {@return the preprocessing that shrinks the whole picture} */
    Preprocessing whole(Preprocessing preprocessing, int shorter) {
      double scale =
          Math.min(
              (double) shorter / Math.min(width(), height()),
              (double) Preprocessing.MAX_SIZE / Math.max(width(), height()));
      return preprocessing.squashed(resized(width(), scale), resized(height(), scale));
    }

    private static int resized(long side, double scale) {
      return (int) (scale >= 1 ? side : Math.max(1, Math.round(side * scale)));
    }
  }

  private Header read(byte[] encoded, Preprocessing preprocessing) {
    if (encoded.length == 0) {
      throw new BadImageException(
          Reason.EMPTY, "the image has no bytes; give the bytes of an image file");
    }
    ImageHeader header = ImageHeader.read(encoded);
    header.requireAtMost(limits.maxPixels());
    return new Header(
        header,
        preprocessing.exif() == Preprocessing.Exif.APPLY
            ? Exif.orientation(header.format(), encoded)
            : Orientation.UPRIGHT);
  }

  private void decode(
      Header header, byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    Orientation orientation = header.orientation();
    int reduction = reduction(header, preprocessing);
    header.stored().requireMemory(limits.maxPixels(), reduction, !orientation.isUpright());
    try (PixelRows picture = picture(header.stored(), encoded, reduction, orientation)) {
      resizer.resize(picture, preprocessing, pixels);
    }
  }

  private static PixelRows picture(
      ImageHeader header, byte[] encoded, int reduction, Orientation orientation) {
    return switch (header.format()) {
      case GIF -> GifFrame.read(new HeaderReader(ImageFormat.GIF, encoded)).decode();
      case BMP -> BmpHeader.read(new HeaderReader(ImageFormat.BMP, encoded)).decode(encoded);
      default -> OpenCvPicture.decode(header, encoded, reduction, orientation);
    };
  }

  @Override
  public void close() {
    // There is nothing to free, because all memory is on the heap.
  }
}
