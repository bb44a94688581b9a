package dev.millrace.core.image;

import java.time.Duration;

/**
 * Limits for one image. An image that exceeds a limit is refused.
 *
 * @param maxPixels the largest number of pixels (width times height), at least 1. The decoder reads
 *     the width and the height from the header before it allocates memory for pixels. A JPEG may
 *     have eight times as many pixels, because a JPEG can be decoded at a reduced size. If a JPEG
 *     has more pixels than the limit, its decode must need at most 12 bytes of native memory per
 *     pixel of the limit. The default of 32 Mi pixels admits the JPEGs of every common camera. With
 *     the default, a decode needs at most about 400 MB of native memory for a JPEG and 500 MB for a
 *     TIFF. For other formats, it needs at most 130 MB, or 200 MB if EXIF data rotates the image
 * @param decodeTimeout the longest time that the decode of one image may take, at least 1 ms
 * @param maxHungDecoders the largest number of decodes that may run beyond {@code decodeTimeout} at
 *     the same time, at least 1. If another decode exceeds {@code decodeTimeout}, the engine fails
 */
public record ImageLimits(long maxPixels, Duration decodeTimeout, int maxHungDecoders) {

  /**
   * The defaults: 32 Mi pixels per image, 5 s per decode, and 4 decodes that run beyond the 5 s.
   */
  public static final ImageLimits DEFAULT = new ImageLimits(32L << 20, Duration.ofSeconds(5), 4);

  /**
   * Validates the limits.
   *
   * @param maxPixels the largest number of pixels (width times height), at least 1
   * @param decodeTimeout the longest time of one decode, at least 1 ms
   * @param maxHungDecoders the largest number of decodes that may run beyond {@code decodeTimeout}
   *     at the same time, at least 1
   * @throws IllegalArgumentException if a limit is out of range; the message names the limit and
   *     its value
   */
  public ImageLimits {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("max-pixels: " + maxPixels + " must be at least 1");
    }
    if (decodeTimeout == null || decodeTimeout.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "decode-timeout: " + decodeTimeout + " must be at least 1 ms");
    }
    if (maxHungDecoders < 1) {
      throw new IllegalArgumentException(
          "max-hung-decoders: " + maxHungDecoders + " must be at least 1");
    }
  }
}
