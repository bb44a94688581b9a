package dev.millrace.service.serve;

/** What becomes of an image that cannot be classified. */
public enum OnBadImage {
  /** It goes to the dead-letter topic, as it came, and the stream goes on. */
  DEAD_LETTER("dead-letter"),
  /** The service ends, with the image's offset not committed. */
  FAIL("fail");

  private final String label;

  OnBadImage(String label) {
    this.label = label;
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
