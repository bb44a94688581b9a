package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Decodes JPEG, PNG, GIF (its first frame), BMP and WebP with OpenCV, and brings them to a model's
 * input with the pixels that torchvision's {@code Resize} and {@code CenterCrop} give.
 *
 * <ul>
 *   <li>The header is read first, by code of our own: a picture that claims more than {@link
 *       ImageLimits#maxPixels} is refused before a pixel is allocated, as is a JPEG that asks for
 *       absurdly many passes over its pixels. TIFF, HEIF, AVIF and everything else is refused as
 *       {@link Reason#UNKNOWN_FORMAT}.
 *   <li>A large JPEG is decoded at a half, a quarter or an eighth of its size, which libjpeg does
 *       in the transform itself: as long as the shorter side keeps 512 pixels and twice what it is
 *       resized to, and both sides come out even. Its pixels then differ from torchvision's by a
 *       fraction of a grey level.
 *   <li>A picture is turned as its EXIF orientation says, so the model sees what a viewer shows.
 *       PyTorch's own loaders ignore it.
 *   <li>Grey, palette, 16-bit and CMYK pictures become 8-bit RGB. Transparency is dropped, not
 *       blended. Colour profiles are not applied, as in PyTorch's loaders.
 *   <li>A picture that is cut off is refused as {@link Reason#UNDECODABLE}, in every format: no
 *       half-grey picture is classified. Damage within a JPEG's compressed data does not always
 *       show, and then decodes to wrong pixels.
 * </ul>
 *
 * <p>The time a decode takes is not bounded here: native code cannot be interrupted. Native memory
 * is freed before {@link #decode} returns; what an instance keeps is a few rows on the heap. An
 * instance is used by one thread at a time; instances share nothing.
 *
 * <p>Errors of the image library become {@link BadImageException}s. A lack of memory, on the heap
 * or in native memory, is an {@link OutOfMemoryError} instead: it is no image's fault.
 */
public final class OpenCvImageDecoder implements ImageDecoder {

  private static final int MIN_REDUCED_SIDE = 512;

  /** The smallest scale that libjpeg offers, as a part of one. */
  private static final int MAX_REDUCTION = 8;

  private final ImageLimits limits;
  private final CropResizer resizer = new CropResizer();

  /** Loads the native library if none has been made before; see {@link #warmUp}. */
  public OpenCvImageDecoder(ImageLimits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
    warmUp();
  }

  /**
   * Loads OpenCV's native library now, which takes about a second, once in a JVM. Call it early and
   * from a thread of its own to have the first decode find it loaded. Any thread may call it.
   *
   * @throws dev.millrace.core.runtime.NativeLibraryException if there is no native library for this
   *     machine on the class path, or it must not be loaded from its folder
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
              + " bytes do not hold an image of "
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

  /** The number that the sides of a JPEG are divided by while it is decoded. */
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
    // What is kept is on the heap and goes with this object.
  }
}
