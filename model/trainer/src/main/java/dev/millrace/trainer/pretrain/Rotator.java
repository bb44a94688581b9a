package dev.millrace.trainer.pretrain;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.trainer.augment.QuarterTurn;
import dev.millrace.trainer.augment.Raster;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;

/**
 * Makes batches of rotated images. The label of an image is the number of quarter turns
 * counterclockwise, from 0 to 3. A batch is valid until the next batch is made. Confined to one
 * thread.
 */
final class Rotator {

  private static final int ROTATIONS = RotationPrediction.ROTATIONS;

  private final Raster raster;
  private final byte[] pixels;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  /**
   * @param side side of the images, in pixels
   */
  Rotator(int side) {
    raster = new Raster(side);
    pixels = new byte[side * side * Preprocessing.CHANNELS];
  }

  /** {@return a batch with all rotations of each image} The rotations of an image are adjacent. */
  MiniBatch all(MiniBatch batch) {
    int[] turns = new int[batch.size() * ROTATIONS];
    ByteBuffer from = batch.pixels();
    begin(turns.length);
    for (int i = 0; i < turns.length; i++) {
      turns[i] = i % ROTATIONS;
      if (turns[i] == 0) {
        read(from, i / ROTATIONS);
      } else {
        QuarterTurn.counterclockwise(raster);
      }
      buffer.put(i * pixels.length, raster.pixels());
    }
    return new MiniBatch(buffer, turns);
  }

  /**
   * Passes the images of a set to a visitor, each with one rotation. The rotation depends only on
   * the image's position in the set.
   */
  void forEachBatch(EvaluationSet set, EvaluationSet.Visitor visitor) {
    int[] done = new int[1];
    set.forEachBatch(
        batch -> {
          visitor.visit(one(batch, done[0]));
          done[0] += batch.size();
        });
  }

  private MiniBatch one(MiniBatch batch, int before) {
    int[] turns = new int[batch.size()];
    ByteBuffer from = batch.pixels();
    begin(turns.length);
    for (int i = 0; i < turns.length; i++) {
      turns[i] = (before + i) % ROTATIONS;
      read(from, i);
      for (int turn = 0; turn < turns[i]; turn++) {
        QuarterTurn.counterclockwise(raster);
      }
      buffer.put(i * pixels.length, raster.pixels());
    }
    return new MiniBatch(buffer, turns);
  }

  private void begin(int images) {
    if (buffer.capacity() < (long) images * pixels.length) {
      buffer = MiniBatch.buffer(images, pixels.length);
    }
  }

  private void read(ByteBuffer from, int image) {
    from.get(image * pixels.length, pixels);
    raster.set(pixels);
  }
}
