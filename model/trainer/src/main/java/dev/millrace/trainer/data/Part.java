package dev.millrace.trainer.data;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The part of all images to which an image belongs. The part determines the image's use. */
public enum Part {
  /** Training steps use the image. */
  TRAINING("train on"),

  /** The gate uses the image to compare versions. */
  GATE("compare versions on"),

  /**
   * The image is used to measure the accuracy in a version's manifest. It influences no decision.
   */
  REPORT("report the accuracy on");

  private final String use;

  Part(String use) {
    this.use = use;
  }

  /** {@return what the images are for, as in "no image to ..."} */
  String use() {
    return use;
  }

  /** {@return the part in lower case, as in files} */
  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
