package dev.millrace.core.training;

import java.util.Locale;

/** The numbers that a published checkpoint computes with. */
public enum Precision {
  /** 32-bit floating point, as the training does. */
  FLOAT32,

  /**
   * 8-bit integers. Each checkpoint is published in float32 first, and its quantised version
   * follows if it loses little accuracy.
   */
  INT8;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
