package dev.millrace.core.model;

/**
 * A user's settings for the output of an exported model. They are needed if the model's file does
 * not show which output holds the scores, or their kind.
 *
 * @param output name of the output that holds the scores, or null if it is obvious
 * @param kind the kind of the scores, or null if the file shows the kind
 */
public record ScoreSettings(String output, ScoreKind kind) {

  /** No settings: the file shows which output holds the scores, and their kind. */
  public static final ScoreSettings FROM_FILE = new ScoreSettings(null, null);
}
