package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;

/**
 * What {@link OpenCvImageDecoder} does to a JPEG before it resizes it: reads its header, checks it
 * against the limits, and decodes it whole. For benchmarks.
 */
public final class DecodeAlone {

  private DecodeAlone() {}

  /** Decodes one; returns a number of its own, so that no compiler leaves the work out. */
  public static int decode(byte[] jpeg) {
    ImageHeader header = ImageHeader.read(jpeg);
    header.requireAtMost(ImageLimits.DEFAULT.maxPixels());
    try (PixelRows picture = OpenCvPicture.decode(header, jpeg, 1)) {
      return picture.height();
    }
  }
}
