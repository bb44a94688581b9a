package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;

/**
 * The work of {@link OpenCvImageDecoder} on a JPEG before the resize: it reads the header, checks
 * it against the limits, and decodes the picture at full size. For benchmarks.
 */
public final class DecodeAlone {

  private DecodeAlone() {}

  /** Decodes a picture. Returns its height, so that no compiler removes the work. */
  public static int decode(byte[] jpeg) {
    ImageHeader header = ImageHeader.read(jpeg);
    header.requireAtMost(ImageLimits.DEFAULT.maxPixels());
    try (PixelRows picture = OpenCvPicture.decode(header, jpeg, 1)) {
      return picture.height();
    }
  }
}
