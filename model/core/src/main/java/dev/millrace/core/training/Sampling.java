package dev.millrace.core.training;

/**
 * The selection of the images of each training step.
 *
 * @param batchSize number of images per step, at least 1
 * @param balanced whether each class occurs equally often. If true, an epoch repeats images of rare
 *     classes, and leaves out images of frequent classes. If false, an epoch contains each image
 *     once
 */
public record Sampling(int batchSize, boolean balanced) {

  /** The defaults: batches of 128 images, and each image once per epoch. */
  public static final Sampling DEFAULTS = new Sampling(128, false);

  /**
   * Validates the batch size.
   *
   * @param batchSize number of images per step
   * @param balanced whether each class occurs equally often
   * @throws IllegalArgumentException if the batch size is out of range
   */
  public Sampling {
    Range.requirePositive("batch-size", batchSize);
  }
}
