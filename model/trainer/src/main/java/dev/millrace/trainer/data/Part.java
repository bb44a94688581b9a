package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import java.util.HexFormat;

/**
 * What an image is used for. Its key alone decides, so that an image that was held out once is held
 * out for ever, in every later training too.
 */
public enum Part {
  /** Steps are made on it. */
  TRAINING,

  /** The gate compares versions on it. */
  GATE,

  /** Nothing is decided by it: what a version's accuracy is said to be. */
  REPORT;

  /** Of the images held out, those that are the gate's. */
  private static final double GATE_SHARE = 0.75;

  /**
   * An image's part.
   *
   * @param heldOut the share of all images that is not for training
   */
  public static Part of(String key, double heldOut) {
    double place = place(key);
    if (place >= heldOut) {
      return TRAINING;
    }
    return place < heldOut * GATE_SHARE ? GATE : REPORT;
  }

  /** Evenly distributed from 0 to below 1. */
  private static double place(String key) {
    return (HexFormat.fromHexDigitsToLong(Sha256.of(key), 0, Long.BYTES * 2) >>> 11) * 0x1p-53;
  }
}
