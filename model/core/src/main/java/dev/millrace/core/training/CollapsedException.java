package dev.millrace.core.training;

import java.util.Locale;

/**
 * Thrown if the pre-training has collapsed, which means that the encoder returns nearly equal
 * outputs for all images. A lower learning rate or a larger batch may help.
 */
public final class CollapsedException extends TrainingException {

  private static final long serialVersionUID = 1;

  /** The run's folder. */
  private final String folder;

  /**
   * Creates the exception.
   *
   * @param epoch the epoch's number, from 1
   * @param spread the spread of the outputs in this epoch, as {@link PretrainingReport#spread()}
   * @param folder the run's folder; its state must be removed before a new run can use this folder
   */
  public CollapsedException(int epoch, double spread, String folder) {
    super(
        String.format(
            Locale.ROOT,
            "in epoch %d, the outputs have collapsed to a point: their standard deviation is %.3f of"
                + " that of outputs that are spread evenly",
            epoch,
            spread));
    this.folder = folder;
  }

  /** {@return the run's folder} */
  public String folder() {
    return folder;
  }
}
