package dev.millrace.core.training;

/**
 * Which images a training step gets.
 *
 * @param batchSize number of images per step, at least 1
 * @param balanced whether each class comes equally often. If so, an epoch repeats images of rare
 *     classes, and leaves out images of frequent classes. If not, an epoch has each image once
 */
public record Sampling(int batchSize, boolean balanced) {

  /** The defaults: batches of 128 images, and each image once. */
  public static final Sampling DEFAULTS = new Sampling(128, false);

  /**
   * Validates the batch size.
   *
   * @param batchSize number of images per step
   * @param balanced whether each class comes equally often
   * @throws IllegalArgumentException if the batch size is out of range
   */
  public Sampling {
    Range.requirePositive("batch-size", batchSize);
  }
}
