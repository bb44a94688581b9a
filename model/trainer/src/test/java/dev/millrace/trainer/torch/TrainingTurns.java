package dev.millrace.trainer.torch;

import dev.millrace.core.training.Optimization;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Turns of training steps on one random batch, for measurements of the training speed. */
final class TrainingTurns {

  private TrainingTurns() {}

  /** Trains for some seconds, and returns the speed in images per second. */
  static double turn(TorchNetwork network, MiniBatch batch, double seconds) {
    long start = System.nanoTime();
    int images = 0;
    while (System.nanoTime() - start < seconds * 1e9) {
      network.step(batch, Optimization.DEFAULTS.learningRate().peak());
      images += batch.size();
    }
    return images * 1e9 / (System.nanoTime() - start);
  }

  /** Returns a batch of random square images of ten classes. */
  static MiniBatch batch(int images, int side) {
    Random random = new Random(1);
    byte[] pixels = new byte[images * side * side * 3];
    random.nextBytes(pixels);
    return new MiniBatch(
        ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind(),
        random.ints(images, 0, 10).toArray());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
