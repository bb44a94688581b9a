package dev.millrace.service.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A small trained network with images, to try Millrace with. The network is a residual network of 8
 * layers and 8 channels for Fashion-MNIST, in an ONNX file of 83 kB. Its input is float {@code [N,
 * 3, 28, 28]}, normalised with ImageNet's mean and standard deviation. Its output is logits {@code
 * [N, 10]}.
 */
public final class Sample {

  /** Number of {@link #images}. */
  public static final int IMAGES = 1000;

  private static final String NETWORK = "sample/resnet8.onnx";

  private Sample() {}

  /** {@return the images; the network was not trained on them} */
  public static List<DemoImage> images() {
    return FashionMnist.read().subList(0, IMAGES);
  }

  /**
   * Writes the sample into a folder, and replaces a sample that is already there: {@code
   * model.onnx}, {@code labels.txt} with one class per line, and {@code images} with one folder per
   * class.
   *
   * @param folder the folder, which is created if it is missing
   * @throws IOException if the folder cannot be written
   */
  public static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (InputStream network = Sample.class.getResourceAsStream(NETWORK)) {
      Files.write(folder.resolve("model.onnx"), network.readAllBytes());
    }
    // The network was trained on images in one folder per class. Its classes have the order of the
    // sorted folder names.
    Files.write(
        folder.resolve("labels.txt"), FashionMnist.LABELS.names().stream().sorted().toList());
    for (DemoImage image : images()) {
      Path file = folder.resolve("images").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
  }
}
