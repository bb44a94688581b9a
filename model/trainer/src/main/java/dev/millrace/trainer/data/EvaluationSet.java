package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.training.Sampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Images for evaluation. Unlike training images, these images are not changed at random. Every pass
 * over the set has the same batches. Confined to one thread.
 */
public final class EvaluationSet {

  private static final int BATCH_BYTES = 1 << 23;
  private static final int MOST = 256;

  private final List<Pixels.Image> images;
  private final int batchSize;
  private final BatchBuffer buffer;

  /**
   * Creates a set.
   *
   * @param images the images, in order
   * @param bytes number of bytes of an image's pixels
   */
  public EvaluationSet(List<Pixels.Image> images, int bytes) {
    this.images = List.copyOf(images);
    this.batchSize = Math.max(Sampling.LEAST, Math.min(MOST, BATCH_BYTES / bytes));
    this.buffer = new BatchBuffer(batchSize, bytes);
  }

  private EvaluationSet(EvaluationSet all, List<Pixels.Image> images) {
    this.images = images;
    this.batchSize = all.batchSize;
    this.buffer = all.buffer;
  }

  /**
   * {@return a set of {@code count} of these images, which shares this set's buffer} The images are
   * arranged in a circle, in an order that depends only on the hashes of their keys. The returned
   * set consists of the {@code count} images from {@code start} on.
   *
   * @param start the position of the first image in the circle, from 0; the position after the last
   *     image is the first position again
   * @param count number of images, at most {@link #size}
   */
  public EvaluationSet arc(long start, int count) {
    List<Pixels.Image> circle = new ArrayList<>(images);
    circle.sort(Comparator.comparing(image -> Sha256.of(image.key())));
    Collections.rotate(circle, -(int) (start % circle.size()));
    return new EvaluationSet(this, List.copyOf(circle.subList(0, count)));
  }

  /** {@return the number of images} */
  public int size() {
    return images.size();
  }

  /** {@return the index of each image's class} */
  public int[] labels() {
    return images.stream().mapToInt(Pixels.Image::label).toArray();
  }

  /** Receives the batches of a pass over the set. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Receives a batch.
     *
     * @param batch the batch; its buffer is reused after this method returns. If an image can no
     *     longer be read, the batch's pixels throw a TrainingException
     */
    void visit(MiniBatch batch);
  }

  /**
   * Passes all images to a visitor, in order.
   *
   * @param visitor receives the batches
   */
  public void forEachBatch(Visitor visitor) {
    for (int from = 0; from < images.size(); from += batchSize) {
      visitor.visit(buffer.batch(images.subList(from, Math.min(images.size(), from + batchSize))));
    }
  }

  /**
   * {@return the first {@code count} images, or fewer if the set or a batch holds fewer images} The
   * batch is valid until the next batch is read.
   *
   * @param count the wanted number of images
   */
  public MiniBatch first(int count) {
    return buffer.batch(images.subList(0, Math.min(Math.min(count, batchSize), images.size())));
  }
}
