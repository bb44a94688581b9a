package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;

/**
 * Does the work of {@link OpenCvImageDecoder} on a JPEG before the resize, for benchmarks: reads
 * the header, checks it against the limits, and decodes the picture at full size.
 */
public final class DecodeAlone {

  private DecodeAlone() {}

  /**
   * Decodes a picture and returns its height. Because of the result, the JIT compiler cannot remove
   * the work.
   */
  public static int decode(byte[] jpeg) {
    ImageHeader header = ImageHeader.read(jpeg);
    header.requireAtMost(ImageLimits.DEFAULT.maxPixels());
    try (PixelRows picture = OpenCvPicture.decode(header, jpeg, 1)) {
      return picture.height();
    }
  }
}
