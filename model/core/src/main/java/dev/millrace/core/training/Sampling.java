package dev.millrace.core.training;

/**
 * The selection of the images of each training step.
 *
 * @param batchSize number of images per step, at least 2
 * @param balanced whether each class occurs equally often. If true, an epoch repeats images of rare
 *     classes, and leaves out images of frequent classes. If false, an epoch contains each image
 *     once
 */
public record Sampling(int batchSize, boolean balanced) {

  /** The fewest images of a step, because a batch norm divides by the variance of a batch. */
  public static final int LEAST = 2;

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
    if (batchSize < LEAST) {
      throw new IllegalArgumentException(
          "batch-size: "
              + batchSize
              + " must be at least "
              + LEAST
              + ", because one image has no variance");
    }
  }
}
