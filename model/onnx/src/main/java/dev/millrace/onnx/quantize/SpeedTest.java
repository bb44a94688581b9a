package dev.millrace.onnx.quantize;

import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Measures the speed of two models on one thread. Their runs alternate, so that other load on the
 * machine slows both.
 */
public final class SpeedTest {

  private static final int WARM_UP = 5;
  private static final int LEAST_RUNS = 11;
  private static final long LONGEST_NANOS = 6_000_000_000L;
  private static final int MOST_RUNS = 201;

  private final LongSupplier nanoTime;

  /**
   * Creates a test.
   *
   * @param nanoTime the clock, in ns
   */
  public SpeedTest(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Runs both models on one image in turn, at least 11 times, and takes the median time of each.
   *
   * @param float32 the float32 model
   * @param int8 the quantised model
   * @param image the pixels of an image
   * @return the images per second of each model
   */
  public Speed measure(ModelSession float32, ModelSession int8, byte[] image) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(image.length).put(image).rewind();
    FloatBuffer scores =
        ByteBuffer.allocateDirect(int8.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < WARM_UP; i++) {
      float32.run(pixels, 1, scores);
      int8.run(pixels, 1, scores);
    }
    long[] slow = new long[MOST_RUNS];
    long[] fast = new long[MOST_RUNS];
    int runs = 0;
    long start = nanoTime.getAsLong();
    while (runs < LEAST_RUNS
        || (runs < MOST_RUNS && nanoTime.getAsLong() - start < LONGEST_NANOS)) {
      long begin = nanoTime.getAsLong();
      float32.run(pixels, 1, scores);
      long middle = nanoTime.getAsLong();
      int8.run(pixels, 1, scores);
      slow[runs] = middle - begin;
      fast[runs] = nanoTime.getAsLong() - middle;
      runs++;
    }
    return new Speed(perSecond(slow, runs), perSecond(fast, runs));
  }

  private static double perSecond(long[] nanos, int runs) {
    long[] sorted = Arrays.copyOf(nanos, runs);
    Arrays.sort(sorted);
    return 1e9 / sorted[runs / 2];
  }
}
