package dev.millrace.benchmarks.gpu;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The difference between a session's logits and the expected logits. Sessions return probabilities.
 * The logarithm of a probability is the logit plus a constant for each image. To remove this
 * constant, the mean of an image's logarithms is subtracted from each logarithm before the
 * comparison. The logarithm of 0 is infinite, so a probability of 0 makes the difference NaN.
 *
 * @param difference largest absolute difference between a logit and the expected logit
 * @param relative {@code difference} divided by the largest absolute value of an expected logit
 */
record Agreement(double difference, double relative) {

  /**
   * Compares two model versions. Each version classifies all pictures in one batch.
   *
   * @param expected version that runs on the CPU
   * @param actual version that {@code runtime} opens on {@code device}
   */
  static Agreement of(
      ModelVersion expected,
      ModelRuntime runtime,
      ModelVersion actual,
      Device device,
      List<byte[]> pictures) {
    ByteBuffer pixels = decode(pictures, expected.manifest().preprocessing());
    try (ModelSession reference = new OnnxModelRuntime().open(expected, Device.CPU);
        ModelSession session = runtime.open(actual, device)) {
      return of(
          logits(reference, pixels, pictures.size()), logits(session, pixels, pictures.size()));
    }
  }

  private static Agreement of(double[] expected, double[] actual) {
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return new Agreement(difference, difference / largest);
  }

  private static ByteBuffer decode(List<byte[]> pictures, Preprocessing preprocessing) {
    int bytes = preprocessing.bytes();
    ByteBuffer pixels = ByteBuffer.allocateDirect(pictures.size() * bytes);
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (int i = 0; i < pictures.size(); i++) {
        decoder.decode(pictures.get(i), preprocessing, pixels.slice(i * bytes, bytes));
      }
    }
    return pixels;
  }

  private static double[] logits(ModelSession session, ByteBuffer pixels, int images) {
    int classes = session.classes();
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(images * classes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    session.run(pixels, images, probabilities);
    double[] logits = new double[images * classes];
    for (int image = 0; image < images; image++) {
      double sum = 0;
      for (int i = image * classes; i < (image + 1) * classes; i++) {
        logits[i] = Math.log(probabilities.get(i));
        sum += logits[i];
      }
      for (int i = image * classes; i < (image + 1) * classes; i++) {
        logits[i] -= sum / classes;
      }
    }
    return logits;
  }
}
