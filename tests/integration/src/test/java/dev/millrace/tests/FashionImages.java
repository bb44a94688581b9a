package dev.millrace.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;

/**
 * Images of Fashion-MNIST on which a test judges versions.
 *
 * @param pixels the grey pixels of all images, one image after the other
 * @param labels the number of each image's class
 */
record FashionImages(byte[] pixels, byte[] labels) {

  private static final Path FOLDER =
      Path.of(System.getProperty("fashion.mnist", "/usr/share/datasets/fashion-mnist"));
  private static final int PIXELS = FashionMnist.SIDE * FashionMnist.SIDE;
  private static final int IMAGES_HEADER = 16;
  private static final int LABELS_HEADER = 8;
  private static final int BATCH = 500;

  /** Converts the demo's images, which come from Fashion-MNIST's test file. */
  static FashionImages of(List<DemoImage> images) throws IOException {
    byte[] pixels = new byte[images.size() * PIXELS];
    byte[] labels = new byte[images.size()];
    for (int i = 0; i < labels.length; i++) {
      byte[] grey =
          (byte[])
              ImageIO.read(new ByteArrayInputStream(images.get(i).encoded()))
                  .getRaster()
                  .getDataElements(0, 0, FashionMnist.SIDE, FashionMnist.SIDE, null);
      System.arraycopy(grey, 0, pixels, i * PIXELS, PIXELS);
      labels[i] = (byte) FashionMnist.LABELS.names().indexOf(images.get(i).label());
    }
    return new FashionImages(pixels, labels);
  }

  /** Returns whether the package {@code dataset-fashion-mnist} is installed. */
  static boolean areInstalled() {
    return Files.isDirectory(FOLDER);
  }

  /**
   * Reads the 60,000 images of the training file, which Debian's package {@code
   * dataset-fashion-mnist} installs. No test of Millrace trains on these images. Skips the calling
   * test if the package is not installed.
   */
  static FashionImages ofTrainingFile() throws IOException {
    assumeTrue(
        areInstalled(), FOLDER + " is missing; install Debian's package dataset-fashion-mnist");
    return new FashionImages(
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
    int classes = version.labels().size();
    ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * PIXELS * 3);
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(BATCH * classes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    int[] numbers =
        version.labels().names().stream().mapToInt(FashionMnist.LABELS.names()::indexOf).toArray();
    try (ModelSession session = new OnnxModelRuntime().open(version, Device.CPU)) {
      for (int from = 0; from < answers.length; from += BATCH) {
        int count = Math.min(BATCH, answers.length - from);
        for (int i = 0; i < count * PIXELS * 3; i++) {
          batch.put(i, pixels[from * PIXELS + i / 3]);
        }
        session.run(batch.rewind(), count, probabilities.clear());
        for (int i = 0; i < count; i++) {
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

  /** Returns the number of images for which these answers are right. */
  int right(byte[] answers) {
    byte[] none = new byte[labels.length];
    Arrays.fill(none, (byte) -1);
    return gained(answers, none);
  }

  /** Returns the share of the images, in percent, for which these answers are right. */
  double accuracy(byte[] answers) {
    return 100.0 * right(answers) / labels.length;
  }

  /** Returns the number of images that only the first answers get right. */
  int gained(byte[] answers, byte[] others) {
    int gained = 0;
    for (int i = 0; i < labels.length; i++) {
      gained += answers[i] == labels[i] && others[i] != labels[i] ? 1 : 0;
    }
    return gained;
  }

  /**
   * Returns McNemar's statistic: the number of images that only the first answers get right, minus
   * the number of images that only the others get right, in standard deviations.
   */
  double gain(byte[] answers, byte[] others) {
    int gained = gained(answers, others);
    int lost = gained(others, answers);
    return (gained - lost) / Math.sqrt(gained + lost);
  }
}
