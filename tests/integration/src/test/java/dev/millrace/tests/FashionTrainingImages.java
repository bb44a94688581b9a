package dev.millrace.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.demo.FashionMnist;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * The 60,000 images of Fashion-MNIST's training file, which Debian's package {@code
 * dataset-fashion-mnist} installs. No training of Millrace's tests sees them.
 *
 * @param pixels the grey pixels of all images, one image after the other
 * @param labels the number of each image's class
 */
record FashionTrainingImages(byte[] pixels, byte[] labels) {

  private static final Path FOLDER =
      Path.of(System.getProperty("fashion.mnist", "/usr/share/datasets/fashion-mnist"));
  private static final int PIXELS = FashionMnist.SIDE * FashionMnist.SIDE;
  private static final int IMAGES_HEADER = 16;
  private static final int LABELS_HEADER = 8;
  private static final int BATCH = 500;

  /** Reads the files. Skips the calling test if the package is not installed. */
  static FashionTrainingImages read() throws IOException {
    assumeTrue(
        Files.isDirectory(FOLDER),
        FOLDER + " is missing; install Debian's package dataset-fashion-mnist");
    return new FashionTrainingImages(
        read("train-images-idx3-ubyte.gz", IMAGES_HEADER),
        read("train-labels-idx1-ubyte.gz", LABELS_HEADER));
  }

  private static byte[] read(String name, int header) throws IOException {
    try (DataInputStream file =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(FOLDER.resolve(name))))) {
      file.skipNBytes(header);
      return file.readAllBytes();
    }
  }

  /** Returns the number of the class that a version gives each image. */
  byte[] classify(ModelVersion version) {
    byte[] answers = new byte[labels.length];
    int classes = FashionMnist.LABELS.size();
    ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * PIXELS * 3);
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(BATCH * classes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    int[] numbers =
        version.labels().names().stream().mapToInt(FashionMnist.LABELS.names()::indexOf).toArray();
    try (ModelSession session = new OnnxModelRuntime().open(version, Device.CPU)) {
      for (int from = 0; from < answers.length; from += BATCH) {
        for (int i = 0; i < batch.capacity(); i++) {
          batch.put(i, pixels[from * PIXELS + i / 3]);
        }
        session.run(batch.rewind(), BATCH, probabilities.clear());
        for (int i = 0; i < BATCH; i++) {
          answers[from + i] = (byte) numbers[largest(probabilities, i * classes, classes)];
        }
      }
    }
    return answers;
  }

  private static int largest(FloatBuffer values, int from, int count) {
    int largest = 0;
    for (int i = 1; i < count; i++) {
      largest = values.get(from + i) > values.get(from + largest) ? i : largest;
    }
    return largest;
  }

  /** Returns the share of the images, in percent, for which these answers are right. */
  double accuracy(byte[] answers) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += answers[i] == labels[i] ? 1 : 0;
    }
    return 100.0 * right / labels.length;
  }

  /**
   * Returns McNemar's statistic: the number of images that only the first answers get right, minus
   * the number of images that only the others get right, in standard deviations.
   */
  double gain(byte[] answers, byte[] others) {
    int gained = 0;
    int lost = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean right = answers[i] == labels[i];
      boolean otherRight = others[i] == labels[i];
      gained += right && !otherRight ? 1 : 0;
      lost += !right && otherRight ? 1 : 0;
    }
    return (gained - lost) / Math.sqrt(gained + lost);
  }
}
