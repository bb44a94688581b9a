package dev.millrace.core.training;

/**
 * Thrown if the training has diverged, which means that a step's loss or the network's outputs are
 * not finite. A lower learning rate may help.
 */
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
   * @param folder the run's folder; its state must be removed before a new run can use this folder
   */
  public DivergedException(long step, double loss, double learningRate, String folder) {
    this("the loss of step " + step + " is " + loss, learningRate, folder);
  }

  private DivergedException(String what, double learningRate, String folder) {
    super(what + ": the training has diverged, and nothing is published");
    this.learningRate = learningRate;
    this.folder = folder;
  }

  /**
   * {@return the exception for network outputs that are not finite after a step} If the outputs are
   * not finite, the loss of the next step would not be finite either.
   *
   * @param step the step's number, from 1
   * @param learningRate the peak learning rate of the training
   * @param folder the run's folder; its state must be removed before a new run can use this folder
   */
  public static DivergedException ofAnswers(long step, double learningRate, String folder) {
    return new DivergedException(
        "the network answers NaN after step " + step, learningRate, folder);
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
