package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import java.util.HexFormat;

/**
 * The part of all images to which an image belongs. The part determines how the image is used. The
 * part depends only on the image's key and the held-out share, so that a held-out image stays held
 * out in every later training.
 */
public enum Part {
  /** Training steps use the image. */
  TRAINING,

  /** The gate uses the image to compare versions. */
  GATE,

  /**
   * The image is used to measure the accuracy in a version's manifest. It influences no decision.
   */
  REPORT;

  /** The gate's share of the held-out images. */
  private static final double GATE_SHARE = 0.75;

  /**
   * {@return the part of an image}
   *
   * @param key the image's key
   * @param heldOut the share of all images that is held out from training, between 0 and 1
   */
  public static Part of(String key, double heldOut) {
    double place = place(key);
    if (place >= heldOut) {
      return TRAINING;
    }
    return place < heldOut * GATE_SHARE ? GATE : REPORT;
  }

  /**
   * {@return a number from 0 to below 1 that depends only on the key} The numbers of many keys are
   * uniformly distributed.
   */
  private static double place(String key) {
    return (HexFormat.fromHexDigitsToLong(Sha256.of(key), 0, Long.BYTES * 2) >>> 11) * 0x1p-53;
  }
}
