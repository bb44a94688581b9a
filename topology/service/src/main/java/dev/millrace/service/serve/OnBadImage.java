package dev.millrace.service.serve;

/** The ways to handle an image that cannot be classified. */
public enum OnBadImage {
  /** The image goes to the dead-letter topic unchanged, and the stream continues. */
  DEAD_LETTER("dead-letter"),
  /** The service ends without committing the image's offset. */
  FAIL("fail");

  private final String label;

  OnBadImage(String label) {
    this.label = label;
  }

  /** {@return the value on the command line} */
  @Override
  public String toString() {
    return label;
  }
}
