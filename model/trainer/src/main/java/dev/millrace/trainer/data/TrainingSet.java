package dev.millrace.trainer.data;

import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The images that steps are made on. Their order and how each is changed follow from the seed and
 * the epoch alone, so that an interrupted epoch can be gone on with anywhere. For one thread.
 */
public final class TrainingSet {

  private final List<Pixels.Image> images;
  private final int side;
  private final int batchSize;
  private final Augmentation augmentation;
  private final long seed;
  private final ByteBuffer buffer;
  private int[] order;
  private int orderOf = -1;

  /**
   * @param side of the images, in pixels
   * @throws TrainingException if there is none
   */
  public TrainingSet(
      List<Pixels.Image> images, int side, int batchSize, Augmentation augmentation, long seed) {
    if (images.isEmpty()) {
      throw new TrainingException("there is no image to train on; give some, or hold fewer out");
    }
    this.images = List.copyOf(images);
    this.side = side;
    this.batchSize = Math.min(batchSize, images.size());
    this.augmentation = augmentation;
    this.seed = seed;
    this.buffer = ByteBuffer.allocateDirect(this.batchSize * side * side * 3);
  }

  public int size() {
    return images.size();
  }

  /** Images a batch: as many as were asked for, unless there are fewer in all. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Batches an epoch: as many full ones as there are; the rest is left out, and differs each time.
   */
  public int batches() {
    return images.size() / batchSize;
  }

  /**
   * A batch of an epoch, both counted from 0. It is good until the next is asked for.
   *
   * @throws TrainingException if an image cannot be read any more
   */
  public MiniBatch batch(int epoch, int index) {
    if (epoch != orderOf) {
      order = shuffled(random(epoch, -1));
      orderOf = epoch;
    }
    int[] labels = new int[batchSize];
    RandomGenerator random = random(epoch, index);
    for (int i = 0; i < batchSize; i++) {
      Pixels.Image image = images.get(order[index * batchSize + i]);
      labels[i] = image.label();
      put(image, i, random);
    }
    return new MiniBatch(buffer, labels);
  }

  private RandomGenerator random(int epoch, int index) {
    return new SplittableRandom(seed * 31 + (((long) epoch << Integer.SIZE) | (index + 1)));
  }

  private int[] shuffled(RandomGenerator random) {
    int[] shuffled = new int[images.size()];
    for (int i = 0; i < shuffled.length; i++) {
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    return shuffled;
  }

  private void put(Pixels.Image image, int place, RandomGenerator random) {
    int padding = augmentation.cropPadding();
    int down = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
    int right = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
    boolean flipped = augmentation.flip() && random.nextBoolean();
    byte[] pixels = pixels(image);
    int start = place * side * side * 3;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int fromY = y + down;
        int fromX = (flipped ? side - 1 - x : x) + right;
        boolean inside = fromY >= 0 && fromY < side && fromX >= 0 && fromX < side;
        int from = (fromY * side + fromX) * 3;
        int to = start + (y * side + x) * 3;
        for (int channel = 0; channel < 3; channel++) {
          buffer.put(to + channel, inside ? pixels[from + channel] : 0);
        }
      }
    }
  }

  private static byte[] pixels(Pixels.Image image) {
    try {
      return image.pixels();
    } catch (IOException | RuntimeException e) {
      throw new TrainingException(
          "image " + image.key() + " could be read before, but no more (" + e.getMessage() + ")",
          e);
    }
  }
}
