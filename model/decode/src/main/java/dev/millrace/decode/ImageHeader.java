package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;

/**
 * The size that an image file declares, read before any pixel is decoded.
 *
 * @param format the format that the first bytes indicate
 * @param width columns of the picture that the decoder will allocate, before any EXIF rotation
 * @param height rows of the picture that the decoder will allocate
 * @param passes number of times that the decoder processes all pixels; above 1 only for a JPEG with
 *     several scans
 */
record ImageHeader(ImageFormat format, long width, long height, long passes) {

  /**
   * The largest number of passes over an image of the largest size. A smaller image may have more
   * passes, up to an equal total of pixels. A progressive JPEG has about 10 scans; a malicious JPEG
   * may have thousands.
   */
  private static final int MAX_PASSES = 16;

  ImageHeader {
    if (width < 1 || height < 1) {
      throw format.undecodable("claims " + width + "x" + height + " pixels");
    }
  }

  ImageHeader(ImageFormat format, long width, long height) {
    this(format, width, height, 1);
  }

  /**
   * Reads the header of an image file. Only a JPEG is read to its end, because its scans have to be
   * counted. For other formats, the method reads little more than the header.
   *
   * @throws BadImageException if the format is not supported or the header is invalid
   */
  static ImageHeader read(byte[] encoded) {
    ImageFormat format = ImageFormat.of(encoded);
    HeaderReader in = new HeaderReader(format, encoded);
    return switch (format) {
      case JPEG -> JpegHeader.read(in);
      case PNG -> PngHeader.read(in);
      case GIF -> GifFrame.read(in).header();
      case BMP -> BmpHeader.read(in);
      case WEBP -> WebpHeader.read(in);
    };
  }

  /**
   * Refuses an image with more than {@code maxPixels} pixels or with too many passes over these
   * pixels.
   *
   * @throws BadImageException with {@link Reason#TOO_LARGE}
   */
  void requireAtMost(long maxPixels) {
    if (height > maxPixels / width) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the %s image claims %dx%d pixels, but at most %d are allowed",
              format, width, height, maxPixels));
    }
    long mostPasses = (long) ((double) MAX_PASSES * maxPixels / (width * height));
    if (passes > mostPasses) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the %s image has %d scans of %dx%d pixels, but at most %d are allowed",
              format, passes, width, height, mostPasses));
    }
  }
}
