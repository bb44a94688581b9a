package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;

/**
 * For benchmarks: does the work that {@link OpenCvImageDecoder} does on a JPEG file before the
 * resize. It reads the header, checks the header against the limits, and decodes the picture at
 * full size.
 */
public final class DecodeAlone {

  private DecodeAlone() {}

  /**
   * Decodes a picture and returns its height. The caller uses the height, so that the JIT compiler
   * cannot remove the decoding as unused work.
   */
  public static int decode(byte[] jpeg) {
    ImageHeader header = ImageHeader.read(jpeg);
    header.requireAtMost(ImageLimits.DEFAULT.maxPixels());
    try (PixelRows picture = OpenCvPicture.decode(header, jpeg, 1, Orientation.UPRIGHT)) {
      return picture.height();
    }
  }
}
