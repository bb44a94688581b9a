package dev.millrace.trainer.data;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A batch of images and their classes. The pixels are read only when they are needed.
 *
 * @param source reads the pixels
 * @param labels the index of each image's class
 * @param others if each image is a mixture of two images, the index of the second image's class
 * @param share the share of the first image in each mixture, from 0 to 1; 1 if no image is a
 *     mixture
 * @param images the number of each image in its set. Empty if the images have random changes,
 *     because their pixels then differ from epoch to epoch
 */
public record MiniBatch(Source source, int[] labels, int[] others, double share, int[] images) {

  private static final int[] CHANGED = {};
  private static final double HALF = 0.5;

  /** Reads the pixels of some images of a batch. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads pixels.
     *
     * @param places the places of the images in the batch, from 0
     * @return direct buffer of {@code uint8[places, size, size, 3]} from position 0; valid until
     *     the next call
     * @throws TrainingException if an image can no longer be read
     */
    ByteBuffer read(int[] places);
  }

  /**
   * {@return a direct buffer for the pixels of a batch}
   *
   * @param images the largest number of images in a batch
   * @param bytes number of bytes of an image's pixels
   * @throws TrainingException if the pixels do not fit into a buffer
   */
  public static ByteBuffer buffer(int images, int bytes) {
    long all = (long) images * bytes;
    if (all > Integer.MAX_VALUE) {
      throw new TrainingException(
          "a batch of "
              + images
              + " images has "
              + all
              + " bytes of pixels, and a batch may have at most "
              + Integer.MAX_VALUE
              + "; take fewer images per batch, or smaller images",
          Setting.BATCH_SIZE,
          Setting.SIZE);
    }
    return ByteBuffer.allocateDirect((int) all);
  }

  /**
   * Creates a batch of images that are not mixtures, but may have random changes.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of each image's class
   */
  public MiniBatch(ByteBuffer pixels, int[] labels) {
    this(pixels, labels, labels, 1);
  }

  /**
   * Creates a batch of images that always have the same pixels.
   *
   * @param source reads the pixels
   * @param labels the index of each image's class
   * @param images the number of each image
   */
  public MiniBatch(Source source, int[] labels, int[] images) {
    this(source, labels, labels, 1, images);
  }

  /**
   * Creates a batch of mixtures of two images.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of the first image's class
   * @param others the index of the second image's class
   * @param share the share of the first image, from 0 to 1
   */
  public MiniBatch(ByteBuffer pixels, int[] labels, int[] others, double share) {
    this(all -> pixels, labels, others, share, CHANGED);
  }

  /**
   * Reads the pixels of all images.
   *
   * @return direct buffer of {@code uint8[images, size, size, 3]} from position 0; valid until the
   *     next call of this method, also on a part of this batch
   * @throws TrainingException if an image can no longer be read
   */
  public ByteBuffer pixels() {
    return source.read(IntStream.range(0, size()).toArray());
  }

  /**
   * {@return a batch of some images of this batch, whose images always have the same pixels}
   *
   * @param places the places of the images in this batch, from 0
   */
  public MiniBatch part(int[] places) {
    return new MiniBatch(
        chosen -> source.read(at(places, chosen)), at(labels, places), at(images, places));
  }

  private static int[] at(int[] values, int[] places) {
    return Arrays.stream(places).map(place -> values[place]).toArray();
  }

  /** {@return the index of the class to which the larger part of each image belongs} */
  public int[] mainLabels() {
    return share < HALF ? others : labels;
  }

  /** {@return the number of images} */
  public int size() {
    return labels.length;
  }
}
