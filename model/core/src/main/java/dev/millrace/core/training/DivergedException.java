package dev.millrace.core.training;

/** The loss of a step is not finite: the training has diverged. A lower learning rate may help. */
public final class DivergedException extends TrainingException {

  private static final long serialVersionUID = 1;

  private final double learningRate;
  private final String folder;

  /**
   * @param step counted from 1
   * @param loss of the step
   * @param learningRate the highest of the training
   * @param folder of the run, which must be removed before another begins there
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

  public double learningRate() {
    return learningRate;
  }

  public String folder() {
    return folder;
  }
}
