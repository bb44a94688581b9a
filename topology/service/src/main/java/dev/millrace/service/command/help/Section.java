package dev.millrace.service.command.help;

/** The groups of options that a command's help shows, in this order. */
public enum Section {
  OPTIONS("Options"),
  DATA("Data"),
  MODEL("Model"),
  TOPICS("Topics"),
  INFERENCE("Decoding and batching"),
  PREDICTIONS("Predictions"),
  NETWORK("Network"),
  OPTIMIZATION("Optimization"),
  TRANSFER("Transfer learning"),
  RUN("Training run"),
  PREPROCESSING("Preprocessing"),
  KAFKA("Kafka"),
  HTTP("HTTP"),
  ADVANCED("Advanced"),
  COMMON("Common");

  private final String title;

  Section(String title) {
    this.title = title;
  }

  /** {@return the heading above the group, without a colon} */
  public String title() {
    return title;
  }
}
