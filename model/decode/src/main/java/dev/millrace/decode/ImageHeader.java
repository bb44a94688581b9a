package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;

/**
 * What an image file claims about itself before a pixel is decoded.
 *
 * @param format the format its first bytes name
 * @param width columns of the picture the decoder will make room for, before any EXIF rotation
 * @param height its rows
 * @param passes how often the decoder goes over those pixels; above 1 only for a JPEG in scans
 */
record ImageHeader(ImageFormat format, long width, long height, long passes) {

  /**
   * Passes over an image of the largest size that are allowed; a smaller image may have more. A
   * progressive JPEG has about 10; one that was made to keep a decoder busy has thousands.
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
   * Reads the header, and not much more than the header, of an image file.
   *
   * @throws BadImageException if the format is not one that is read, or its header makes no sense
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
   * Refuses an image that claims more than {@code maxPixels}, or that many too often.
   *
   * @throws BadImageException {@link Reason#TOO_LARGE}
   */
  void requireAtMost(long maxPixels) {
    if (height > maxPixels / width) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the %s image claims %dx%d pixels, and at most %d are read",
              format, width, height, maxPixels));
    }
    long mostPasses = (long) ((double) MAX_PASSES * maxPixels / (width * height));
    if (passes > mostPasses) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the %s image has %d scans of %dx%d pixels, and at most %d are read",
              format, passes, width, height, mostPasses));
    }
  }
}
