package dev.millrace.core.model;

/**
 * What a user says about the output of an exported model, because its file does not say it.
 *
 * @param output name of the output that holds the scores, or null if it is obvious
 * @param kind what the scores are, or null if the file shows it
 */
public record ScoreSettings(String output, ScoreKind kind) {

  /** The file says everything. */
  public static final ScoreSettings FROM_FILE = new ScoreSettings(null, null);
}
