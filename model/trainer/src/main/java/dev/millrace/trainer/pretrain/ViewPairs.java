package dev.millrace.trainer.pretrain;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.Views;
import dev.millrace.trainer.augment.RandomChange;
import dev.millrace.trainer.augment.Raster;
import dev.millrace.trainer.augment.ViewChanges;
import dev.millrace.trainer.data.EpochOrder;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Pixels;
import dev.millrace.trainer.data.RandomParts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Two random views of each image. The seed, the epoch and the batch determine the views, so an
 * interrupted epoch can resume at any batch. Confined to one thread.
 */
final class ViewPairs {

  private final List<Pixels.Image> images;
  private final int batchSize;
  private final long seed;
  private final RandomParts parts;
  private final Raster raster;
  private final RandomChange changes;
  private final ByteBuffer[] buffers;
  private int[] order;
  private int orderOf = -1;

  /**
   * @param preprocessing the preprocessing of the images
   * @param batchSize the wanted number of images per batch; smaller if there are fewer images
   */
  ViewPairs(
      List<Pixels.Image> images,
      Preprocessing preprocessing,
      int batchSize,
      Views views,
      long seed) {
    this.images = List.copyOf(images);
    this.batchSize = Math.min(batchSize, images.size());
    this.seed = seed;
    this.parts = new RandomParts(views.cropArea(), preprocessing);
    this.raster = new Raster(preprocessing.width());
    this.changes = new ViewChanges(views);
    int bytes = preprocessing.bytes();
    this.buffers =
        new ByteBuffer[] {
          MiniBatch.buffer(this.batchSize, bytes), MiniBatch.buffer(this.batchSize, bytes)
        };
  }

  /** {@return the number of images} */
  int size() {
    return images.size();
  }

  /** {@return the number of images per batch} */
  int batchSize() {
    return batchSize;
  }

  /** {@return the number of full batches per epoch} */
  int batches() {
    return images.size() / batchSize;
  }

  /**
   * {@return two batches with a view of each image; they are valid until the next call}
   *
   * @param epoch the epoch, from 0
   * @param index the batch in the epoch, from 0
   * @throws TrainingException if an image can no longer be read
   */
  MiniBatch[] batch(int epoch, int index) {
    if (epoch != orderOf) {
      order = EpochOrder.each(images.size(), random(epoch, -1));
      orderOf = epoch;
    }
    RandomGenerator random = random(epoch, index);
    for (int i = 0; i < batchSize; i++) {
      RandomParts.Source image = read(images.get(order[index * batchSize + i]));
      for (ByteBuffer buffer : buffers) {
        image.copyTo(raster, random);
        changes.apply(raster, random);
        buffer.put(i * raster.pixels().length, raster.pixels());
      }
    }
    return new MiniBatch[] {
      new MiniBatch(buffers[0], new int[batchSize]), new MiniBatch(buffers[1], new int[batchSize])
    };
  }

  private RandomGenerator random(int epoch, int index) {
    return new SplittableRandom(seed * 31 + (((long) epoch << Integer.SIZE) | (index + 1)));
  }

  private RandomParts.Source read(Pixels.Image image) {
    try {
      return parts.read(image);
    } catch (IOException | RuntimeException e) {
      throw new TrainingException(
          "image " + image.key() + " can no longer be read (" + e.getMessage() + ")", e);
    }
  }
}
