package dev.millrace.core.image;

import java.time.Duration;

/**
 * What one image may claim before it is refused.
 *
 * @param maxPixels width times height, read from the header before a pixel is allocated. The
 *     default of 32 Mi pixels admits every common camera and bounds a decoder to about 100 MiB
 *     (three times that for a progressive JPEG)
 * @param decodeTimeout how long one decode may take before its image is refused
 * @param maxHungDecoders how many decodes may be past their timeout at once before the engine gives
 *     up
 */
public record ImageLimits(long maxPixels, Duration decodeTimeout, int maxHungDecoders) {

  /** 32 Mi pixels, 5 s, 4 hung decoders. */
  public static final ImageLimits DEFAULT = new ImageLimits(32L << 20, Duration.ofSeconds(5), 4);

  public ImageLimits {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("max-pixels: " + maxPixels + " is not above 0");
    }
    if (decodeTimeout == null || decodeTimeout.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "decode-timeout: " + decodeTimeout + " is not 1 ms or longer");
    }
    if (maxHungDecoders < 1) {
      throw new IllegalArgumentException(
          "max-hung-decoders: " + maxHungDecoders + " is not above 0");
    }
  }
}
