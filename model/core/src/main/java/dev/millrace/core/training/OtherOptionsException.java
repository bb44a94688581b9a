package dev.millrace.core.training;

/**
 * Thrown if the run's folder holds an interrupted run with other options. Finish that run with its
 * own options, remove its state from the folder, or use another folder.
 */
public final class OtherOptionsException extends TrainingException {

  private static final long serialVersionUID = 1;

  /** The run's folder. */
  private final String folder;

  /**
   * Creates the exception.
   *
   * @param folder the run's folder
   * @param option the option that differs
   * @param before the option's value in the interrupted run
   * @param now the option's value in the new configuration
   */
  public OtherOptionsException(String folder, String option, String before, String now) {
    super(
        folder
            + " holds an interrupted run with another "
            + option
            + " ("
            + before
            + ", now "
            + now
            + ")");
    this.folder = folder;
  }

  /** {@return the run's folder} */
  public String folder() {
    return folder;
  }
}
