package dev.millrace.service.command.help;

/** The groups of options that a command's help shows, in this order. */
public enum Section {
  /** Options that belong to no other group. */
  OPTIONS("Options"),
  /** Images and labels that a command reads. */
  DATA("Data"),
  /** The model, its repository and its labels. */
  MODEL("Model"),
  /** Topics that a command reads or writes. */
  TOPICS("Topics"),
  /** Images that a record refers to, but does not contain. */
  FETCH("Images that are stored elsewhere"),
  /** The connection to S3. */
  S3("S3"),
  /** Decoding, batching and devices. */
  INFERENCE("Decoding and batching"),
  /** Content of the predictions. */
  PREDICTIONS("Predictions"),
  /** The architecture of a network. */
  NETWORK("Network"),
  /** The optimiser and its schedule. */
  OPTIMIZATION("Optimisation"),
  /** Random changes to the training images. */
  AUGMENTATION("Augmentation"),
  /** Weights that training starts from. */
  TRANSFER("Transfer learning"),
  /** State and exports of a training run. */
  RUN("Training run"),
  /** The gate that decides which checkpoint is promoted. */
  PROMOTION("Promotion"),
  /** How images become input of the model. */
  PREPROCESSING("Preprocessing"),
  /** The connection to the brokers and the group. */
  KAFKA("Kafka"),
  /** The HTTP port of the service. */
  HTTP("HTTP"),
  /** Limits and settings that few users change. */
  ADVANCED("Advanced"),
  /** Options that every command has. */
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
