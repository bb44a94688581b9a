package dev.millrace.core.training;

/**
 * Thrown if the run's folder holds an interrupted run with other options or classes. Finish that
 * run with its own options and classes, remove its state from the folder, or use another folder.
 */
public final class OtherOptionsException extends TrainingException {

  private static final long serialVersionUID = 1;

  /** The run's folder. */
  private final String folder;

  /** Whether the classes differ. */
  private final boolean isOfClasses;

  /**
   * Creates the exception for an option.
   *
   * @param folder the run's folder
   * @param option the option that differs
   * @param before the option's value in the interrupted run
   * @param now the option's value in the new configuration
   */
  public OtherOptionsException(String folder, String option, String before, String now) {
    this(folder, "another " + option, before, now, "", false);
  }

  private OtherOptionsException(
      String folder, String what, String before, String now, String why, boolean isOfClasses) {
    super(
        folder
            + " holds an interrupted run with "
            + what
            + " ("
            + before
            + ", now "
            + now
            + ")"
            + why);
    this.folder = folder;
    this.isOfClasses = isOfClasses;
  }

  /**
   * {@return the exception for an interrupted run with other classes}
   *
   * @param folder the run's folder
   * @param before the names of the interrupted run's classes, as text
   * @param now the names of the classes in the new configuration, as text
   */
  public static OtherOptionsException ofClasses(String folder, String before, String now) {
    return new OtherOptionsException(
        folder,
        "other classes",
        before,
        now,
        ", because another training has published a version since, or because the images have"
            + " changed",
        true);
  }

  /** {@return whether the classes differ, so that a file of classes lets the run resume} */
  public boolean isOfClasses() {
    return isOfClasses;
  }

  /** {@return the run's folder} */
  public String folder() {
    return folder;
  }
}
