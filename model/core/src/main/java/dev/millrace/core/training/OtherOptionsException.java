package dev.millrace.core.training;

/**
 * A folder holds a run that was interrupted and that was asked for something else. It can be
 * finished as it was begun, or removed; or another folder be used.
 */
public final class OtherOptionsException extends TrainingException {

  private static final long serialVersionUID = 1;

  /**
   * @param folder of the run
   * @param option what differs
   * @param before its value in the folder
   * @param now its value in this configuration
   */
  public OtherOptionsException(String folder, String option, String before, String now) {
    super(
        folder
            + " holds a run that was interrupted, with another "
            + option
            + " ("
            + before
            + ", now "
            + now
            + ")");
  }
}
