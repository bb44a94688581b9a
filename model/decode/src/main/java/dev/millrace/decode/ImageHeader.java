package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;

/**
 * The size that an image file declares, read before any pixel is decoded.
 *
 * @param format the format that the first bytes indicate
 * @param width number of columns of the picture that the decoder will allocate, before any EXIF
 *     rotation
 * @param height number of rows of the picture that the decoder will allocate, before any EXIF
 *     rotation
 * @param passes number of times that the decoder processes all pixels; above 1 only for a JPEG with
 *     several scans
 * @param coefficients number of coefficients that libjpeg keeps in memory until the last scan. The
 *     number does not depend on the size of the decoded picture; 0 unless the image is a JPEG with
 *     several scans
 */
record ImageHeader(ImageFormat format, long width, long height, long passes, long coefficients) {

  /**
   * The largest number of passes over an image with as many pixels as the pixel limit. A smaller
   * image may have more passes, because the check limits the product of passes and pixels. A
   * progressive JPEG has about 10 scans; a malicious JPEG may have thousands.
   */
  private static final int MAX_PASSES = 24;

  /**
   * A JPEG may have this many times as many pixels as other images, because a JPEG can be decoded
   * at a reduced size.
   */
  private static final int REDUCIBLE = 8;

  /**
   * The native memory that the decode of a large JPEG may need, in bytes for each pixel of the
   * pixel limit. With the default pixel limit, this memory is enough for a progressive JPEG of 65
   * million pixels whose colours are not subsampled.
   */
  static final int MAX_BYTES_A_PIXEL = 12;

  private static final int BYTES_A_COEFFICIENT = 2;
  private static final int BYTES_A_PIXEL = 3;

  ImageHeader {
    if (width < 1 || height < 1) {
      throw format.undecodable("claims " + width + "x" + height + " pixels");
    }
  }

  ImageHeader(ImageFormat format, long width, long height) {
    this(format, width, height, 1, 0);
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
      case BMP -> BmpHeader.read(in).header();
      case WEBP -> WebpHeader.read(in);
      case TIFF -> TiffPage.read(encoded).header();
    };
  }

  /** {@return the number of pixels that the header declares} */
  long pixels() {
    return width * height;
  }

  /**
   * {@return the native memory, in bytes, that OpenCV needs for the decode of a JPEG}
   *
   * @param reduction the factor by which the sides are divided
   * @param turned whether the decoded picture is turned, which needs a second picture
   */
  long bytes(int reduction, boolean turned) {
    long columns = (width + reduction - 1) / reduction;
    long rows = (height + reduction - 1) / reduction;
    long picture = BYTES_A_PIXEL * columns * rows;
    // libjpeg frees the coefficients before the picture is turned.
    return Math.max(BYTES_A_COEFFICIENT * coefficients + picture, turned ? 2 * picture : 0);
  }

  /**
   * Refuses an image with more than {@code maxPixels} pixels, or a JPEG with more than eight times
   * as many pixels. Also refuses an image with too many passes over its pixels.
   *
   * @throws BadImageException with {@link Reason#TOO_LARGE}
   */
  void requireAtMost(long maxPixels) {
    double most = format == ImageFormat.JPEG ? (double) REDUCIBLE * maxPixels : maxPixels;
    if ((double) width * height > most) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the %s image claims %dx%d pixels, but at most %.0f are allowed",
              format, width, height, most));
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

  /**
   * Refuses a JPEG with more than {@code maxPixels} pixels whose decode needs more memory than
   * {@value #MAX_BYTES_A_PIXEL} bytes for each pixel of the limit.
   *
   * @param reduction the factor by which the sides are divided
   * @param turned whether the decoded picture is turned
   * @throws BadImageException with {@link Reason#TOO_LARGE}
   */
  void requireMemory(long maxPixels, int reduction, boolean turned) {
    if (fitsInMemory(maxPixels, reduction, turned)) {
      return;
    }
    throw new BadImageException(
        Reason.TOO_LARGE,
        String.format(
            "the %s image of %dx%d pixels needs %d MB to decode, but at most %d MB are allowed",
            format,
            width,
            height,
            bytes(reduction, turned) / 1_000_000,
            MAX_BYTES_A_PIXEL * maxPixels / 1_000_000));
  }

  /** {@return whether the decode needs no more memory than {@link #requireMemory} allows} */
  boolean fitsInMemory(long maxPixels, int reduction, boolean turned) {
    return pixels() <= maxPixels
        || bytes(reduction, turned) <= (double) MAX_BYTES_A_PIXEL * maxPixels;
  }
}
