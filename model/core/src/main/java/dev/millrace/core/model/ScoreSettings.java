package dev.millrace.core.model;

/**
 * A user's settings for the output of an exported model. The settings are needed if the model's
 * file does not show which output holds the scores, or which kind of scores they are.
 *
 * @param output name of the output that holds the scores, or null if it is obvious
 * @param kind the kind of the scores, or null if the file shows the kind
 */
public record ScoreSettings(String output, ScoreKind kind) {

  /**
   * No settings, because the file shows which output holds the scores, and which kind of scores
   * they are.
   */
  public static final ScoreSettings FROM_FILE = new ScoreSettings(null, null);
}
