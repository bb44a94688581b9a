package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;

/**
 * Does the part of {@link OpenCvImageDecoder}'s work that comes before the resize, so that
 * benchmarks can measure this part alone. It reads the header of a JPEG file, checks the header
 * against the limits, and decodes the picture at full size.
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
