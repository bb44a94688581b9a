package dev.millrace.core.training;

/** The loss of a step is not finite: the training has diverged. A lower learning rate may help. */
public final class DivergedException extends TrainingException {

  private static final long serialVersionUID = 1;

  /** The peak learning rate of the training. */
  private final double learningRate;

  /** The run's folder. */
  private final String folder;

  /**
   * Creates the exception.
   *
   * @param step the step's number, from 1
   * @param loss the step's loss
   * @param learningRate the peak learning rate of the training
   * @param folder the run's folder, which must be removed before another run can begin in it
   */
  public DivergedException(long step, double loss, double learningRate, String folder) {
    super(
        "the loss of step "
            + step
            + " is "
            + loss
            + ": the training has diverged, and nothing of it is published");
    this.learningRate = learningRate;
    this.folder = folder;
  }

  /** {@return the peak learning rate of the training} */
  public double learningRate() {
    return learningRate;
  }

  /** {@return the run's folder} */
  public String folder() {
    return folder;
  }
}
