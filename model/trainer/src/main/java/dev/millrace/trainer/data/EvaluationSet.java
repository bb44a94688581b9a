package dev.millrace.trainer.data;

import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Images that are only looked at, as they are, in the same batches each time. For one thread. */
public final class EvaluationSet {

  private static final int BATCH_BYTES = 1 << 23;
  private static final int MOST = 256;

  private final List<Pixels.Image> images;
  private final int bytesPerImage;
  private final int batchSize;
  private final ByteBuffer buffer;

  /**
   * @param side of the images, in pixels
   */
  public EvaluationSet(List<Pixels.Image> images, int side) {
    this.images = List.copyOf(images);
    this.bytesPerImage = side * side * 3;
    this.batchSize = Math.max(1, Math.min(MOST, BATCH_BYTES / bytesPerImage));
    this.buffer = ByteBuffer.allocateDirect(batchSize * bytesPerImage);
  }

  public int size() {
    return images.size();
  }

  /** The index of each image's class. */
  public int[] labels() {
    return images.stream().mapToInt(Pixels.Image::label).toArray();
  }

  /** Is handed batches, each good until the next. */
  @FunctionalInterface
  public interface Visitor {
    void visit(MiniBatch batch);
  }

  /**
   * Hands on all images in their order.
   *
   * @throws TrainingException if an image cannot be read any more
   */
  public void forEachBatch(Visitor visitor) {
    for (int from = 0; from < images.size(); from += batchSize) {
      visitor.visit(batch(images.subList(from, Math.min(images.size(), from + batchSize))));
    }
  }

  /** The first images, at most as many as a batch holds. */
  public MiniBatch first(int count) {
    return batch(images.subList(0, Math.min(Math.min(count, batchSize), images.size())));
  }

  private MiniBatch batch(List<Pixels.Image> some) {
    buffer.clear();
    List<Integer> labels = new ArrayList<>();
    for (Pixels.Image image : some) {
      labels.add(image.label());
      try {
        buffer.put(image.pixels());
      } catch (IOException | RuntimeException e) {
        throw new TrainingException(
            "image " + image.key() + " could be read before, but no more (" + e.getMessage() + ")",
            e);
      }
    }
    return new MiniBatch(buffer.rewind(), labels.stream().mapToInt(Integer::intValue).toArray());
  }
}
