package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * A model's scores for sample images. The scores may have any shape, because an ONNX file need not
 * declare the shape of its output.
 */
final class Scores {

  /** The number of images per batch, unless the model takes only one image at a time. */
  private static final int IMAGES = 2;

  /** The largest allowed difference between 1 and the sum of probabilities in half precision. */
  private static final double HALF_PRECISION = 5e-3;

  /** The largest difference between 1 and the sum of probabilities in single precision. */
  private static final double SINGLE_PRECISION = 1e-5;

  /** The largest share of the sum of absolute scores at which the sum of scores counts as 0. */
  private static final double ZERO_SUM = 1e-3;

  private static final int WHITE = 255;

  private final int images;
  private final long[] shape;
  private final List<float[]> rows;

  private Scores(int images, long[] shape, List<float[]> rows) {
    this.images = images;
    this.shape = shape;
    this.rows = rows;
  }

  /**
   * Runs a model on four images that differ as much as possible. The images run in batches of two,
   * or one by one if the model takes only one image at a time.
   *
   * @param model an ONNX file that takes 8-bit pixels and returns float32 scores
   * @throws ModelException if the model cannot be loaded or run
   */
  static Scores ofSamples(SerializedModel model, Preprocessing preprocessing) {
    List<ByteBuffer> samples =
        new ArrayList<>(SampleImages.different(preprocessing.width(), preprocessing.height()));
    samples.add(SampleImages.plain(WHITE, preprocessing.width(), preprocessing.height()));
    try (OrtSession session = model.open(Device.CPU)) {
      int images = PreparedSignature.firstDimension(session.getInputInfo()) == 1 ? 1 : IMAGES;
      List<float[]> rows = new ArrayList<>();
      long[] shape = {};
      for (int first = 0; first < samples.size(); first += images) {
        shape = run(session, preprocessing, samples.subList(first, first + images), rows);
      }
      return new Scores(images, shape, rows);
    } catch (OrtException e) {
      throw new ModelException(
          "the model does not run on sample images of "
              + preprocessing.size()
              + " pixels: "
              + OrtFailure.line(e)
              + "; export it for that size",
          e);
    }
  }

  /** Runs one batch, adds its rows, and returns the shape of its scores. */
  private static long[] run(
      OrtSession session, Preprocessing preprocessing, List<ByteBuffer> samples, List<float[]> rows)
      throws OrtException {
    ByteBuffer batch = ByteBuffer.allocateDirect(samples.size() * preprocessing.bytes());
    samples.forEach(sample -> batch.put(sample.duplicate()));
    long[] inputShape = {
      samples.size(), preprocessing.height(), preprocessing.width(), Preprocessing.CHANNELS
    };
    try (OnnxTensor pixels =
            OnnxTensor.createTensor(
                OrtLibrary.environment(), batch.rewind(), inputShape, OnnxJavaType.UINT8);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), pixels))) {
      OnnxTensor scores = (OnnxTensor) result.get(0);
      FloatBuffer values = scores.getFloatBuffer();
      int length = values.remaining() / samples.size();
      for (int i = 0; i < samples.size(); i++) {
        float[] row = new float[length];
        values.get(row);
        rows.add(row);
      }
      return scores.getInfo().getShape();
    }
  }

  /**
   * Requires one row of scores per image. At most one dimension after the first may differ from 1.
   * If the model takes one image at a time, the scores may have no dimension for the image.
   *
   * @throws ModelException if the scores have another shape
   */
  void requireRows() {
    if (images == 1 && shape.length == 1) {
      return;
    }
    long wide = Arrays.stream(shape).skip(1).filter(side -> side != 1).count();
    if (shape.length == 0 || shape[0] != images || wide > 1) {
      throw new ModelException(
          "the model answers a batch of "
              + images
              + " with the shape "
              + Arrays.toString(shape)
              + ": export one that returns [batch, classes]");
    }
  }

  /**
   * Requires finite scores.
   *
   * @throws ModelException if a score is not finite
   */
  void requireFinite() {
    for (float[] row : rows) {
      for (float value : row) {
        if (!Float.isFinite(value)) {
          throw new ModelException(
              "the model answers "
                  + value
                  + " to a sample image: check its weights, and that mean and std are those it was"
                  + " trained with");
        }
      }
    }
  }

  /** {@return the number of scores per image} */
  int classes() {
    return shape.length == 1
        ? (int) shape[0]
        : (int) Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
  }

  /** {@return whether the shape is not {@code [batch, classes]}} */
  boolean needFlatten() {
    return shape.length != 2;
  }

  /**
   * {@return whether each image's scores are a distribution over the classes, possibly rounded to
   * float16}
   */
  boolean areDistributions() {
    return arePositive() && sums().allMatch(sum -> Math.abs(sum - 1) <= HALF_PRECISION);
  }

  /** {@return whether each image's scores sum to 1, except for the rounding of float32} */
  boolean sumToOne() {
    return sums().allMatch(sum -> Math.abs(sum - 1) <= SINGLE_PRECISION);
  }

  /**
   * {@return whether each image's scores are a distribution multiplied by a number, which is the
   * same for all images}
   */
  boolean areScaledDistributions() {
    double sum = sums().findFirst().orElse(0);
    return arePositive()
        && sum > 0
        && sums().allMatch(other -> Math.abs(other - sum) <= HALF_PRECISION * sum);
  }

  /**
   * {@return whether all scores lie between 0 and 1, except for rounding} A negative score counts
   * as rounded if it is small beside the largest score of its image. An untrained network may
   * return logits of 1e-10 and -1e-10.
   */
  boolean areInUnitRange() {
    return rows.stream()
        .allMatch(
            row -> {
              float least = 0;
              float largest = 0;
              for (float value : row) {
                least = Math.min(least, value);
                largest = Math.max(largest, value);
              }
              return least >= -SINGLE_PRECISION * largest && largest <= 1 + SINGLE_PRECISION;
            });
  }

  /** {@return whether the scores of all images have the same sum, except for rounding} */
  boolean haveEqualSums() {
    double largest = 0;
    for (float[] row : rows) {
      double size = 0;
      for (float value : row) {
        size += Math.abs(value);
      }
      largest = Math.max(largest, size);
    }
    double tolerance = SINGLE_PRECISION * largest;
    double sum = sums().findFirst().orElse(0);
    return sums().allMatch(other -> Math.abs(other - sum) <= tolerance);
  }

  /**
   * {@return whether the scores of each image sum to 0, except for rounding} The logits of a
   * trained model usually sum to 0. The result of a softmax does not change if a number is added to
   * all logits, so weight decay moves the sum of the logits towards 0.
   */
  boolean sumToZero() {
    return haveEqualSums()
        && rows.stream()
            .allMatch(
                row -> {
                  double sum = 0;
                  double size = 0;
                  for (float value : row) {
                    sum += value;
                    size += Math.abs(value);
                  }
                  return Math.abs(sum) <= ZERO_SUM * size;
                });
  }

  /** {@return whether two images have different scores} */
  boolean differ() {
    return rows.stream().anyMatch(row -> !Arrays.equals(row, rows.get(0)));
  }

  private boolean arePositive() {
    return rows.stream()
        .allMatch(
            row -> {
              for (float value : row) {
                if (!(value >= 0)) {
                  return false;
                }
              }
              return true;
            });
  }

  private DoubleStream sums() {
    return rows.stream()
        .mapToDouble(
            row -> {
              double sum = 0;
              for (float value : row) {
                sum += value;
              }
              return sum;
            });
  }
}
