package dev.millrace.trainer.data;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The parts into which images are divided. An image's part determines its use. */
public enum Part {
  /** Training steps use the image. */
  TRAINING("train on"),

  /** The gate uses the image to compare versions. */
  GATE("compare versions on"),

  /**
   * The accuracy in a version's manifest is measured on the image. The image influences no
   * decision.
   */
  REPORT("report the accuracy on");

  private final String use;

  Part(String use) {
    this.use = use;
  }

  /** {@return the use of the images as in the message "no image to ..."} */
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
