package dev.millrace.core.training;

import java.util.Locale;

/** The number format in which a published checkpoint computes. */
public enum Precision {
  /** 32-bit floating point, which the training uses, too. */
  FLOAT32,

  /**
   * 8-bit integers. Each checkpoint is published in float32 first, and its quantised version is
   * published afterwards if quantisation costs little accuracy.
   */
  INT8;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
