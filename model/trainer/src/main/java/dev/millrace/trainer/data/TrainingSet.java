package dev.millrace.trainer.data;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.augment.Augmenter;
import dev.millrace.trainer.augment.BatchMixer;
import dev.millrace.trainer.augment.RandomChange;
import dev.millrace.trainer.augment.Raster;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The images for training steps. The seed and the epoch determine the order of the images. The
 * seed, the epoch and the batch determine the random changes to the images. An interrupted epoch
 * can therefore resume at any batch. Confined to one thread.
 */
public final class TrainingSet {

  private final List<Pixels.Image> images;
  private final int batchSize;
  private final boolean balanced;
  private final boolean unchanged;
  private final RandomParts parts;
  private final Raster raster;
  private final RandomChange augmenter;
  private final Optional<BatchMixer> mixer;
  private final long seed;
  private final BatchBuffer buffer;
  private int[] order;
  private int orderOf = -1;

  /**
   * Creates a set.
   *
   * @param images the images
   * @param preprocessing the preprocessing of the images
   * @param sampling the wanted number of images per batch, and whether classes are balanced
   * @param augmentation random changes to the images
   * @param seed the seed of the order and of the changes
   * @throws TrainingException if there are fewer than two images
   */
  public TrainingSet(
      List<Pixels.Image> images,
      Preprocessing preprocessing,
      Sampling sampling,
      Augmentation augmentation,
      long seed) {
    if (images.size() < Sampling.LEAST) {
      throw new TrainingException(
          images.isEmpty()
              ? "there is no image to train on; add some, or hold out fewer"
              : "there is only one image to train on, and a step needs two; add some, or hold out"
                  + " fewer");
    }
    this.images = List.copyOf(images);
    this.batchSize = Math.min(sampling.batchSize(), images.size());
    this.balanced = sampling.balanced();
    this.unchanged = augmentation.equals(Augmentation.NONE);
    this.parts = new RandomParts(augmentation.cropArea(), preprocessing);
    this.raster = new Raster(preprocessing.width());
    this.augmenter = new Augmenter(augmentation);
    this.mixer = BatchMixer.of(augmentation.mixing(), preprocessing.width());
    this.seed = seed;
    this.buffer = new BatchBuffer(this.batchSize, preprocessing.bytes());
  }

  /** {@return the number of images} */
  public int size() {
    return images.size();
  }

  /**
   * {@return the number of images per batch} This is the wanted number, or the number of all images
   * if there are fewer.
   */
  public int batchSize() {
    return batchSize;
  }

  /**
   * {@return the number of batches per epoch} All batches are full. An epoch leaves out the images
   * that remain after its last full batch. Each epoch has its own order, so different epochs leave
   * out different images.
   */
  public int batches() {
    return images.size() / batchSize;
  }

  /**
   * {@return a batch of an epoch} The batch is valid until the next call of this method.
   *
   * @param epoch the epoch, from 0
   * @param index the batch in the epoch, from 0
   * @throws TrainingException if an image can no longer be read; if the images have no random
   *     changes, the batch's pixels throw this exception
   */
  public MiniBatch batch(int epoch, int index) {
    if (epoch != orderOf) {
      order = order(random(epoch, -1));
      orderOf = epoch;
    }
    List<Pixels.Image> chosen =
        IntStream.range(index * batchSize, (index + 1) * batchSize)
            .mapToObj(place -> images.get(order[place]))
            .toList();
    if (unchanged) {
      return buffer.batch(chosen);
    }
    RandomGenerator random = random(epoch, index);
    int[] labels = chosen.stream().mapToInt(Pixels.Image::label).toArray();
    ByteBuffer changed = changed(chosen, random);
    if (mixer.isEmpty()) {
      return new MiniBatch(changed, labels);
    }
    double share = mixer.get().mix(changed, batchSize, random);
    return new MiniBatch(changed, labels, BatchMixer.partners(labels), share);
  }

  private int[] order(RandomGenerator random) {
    return balanced
        ? EpochOrder.balanced(images.stream().mapToInt(Pixels.Image::label).toArray(), random)
        : EpochOrder.each(images.size(), random);
  }

  private RandomGenerator random(int epoch, int index) {
    return new SplittableRandom(seed * 31 + (((long) epoch << Integer.SIZE) | (index + 1)));
  }

  private ByteBuffer changed(List<Pixels.Image> chosen, RandomGenerator random) {
    return buffer.fill(
        chosen,
        image -> {
          parts.read(image).copyTo(raster, random);
          augmenter.apply(raster, random);
          return raster.pixels();
        });
  }
}
