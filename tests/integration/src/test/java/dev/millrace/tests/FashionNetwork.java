package dev.millrace.tests;

import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained residual network for Fashion-MNIST, with 8 layers and 8 channels. Tests use it if they
 * need right answers, because a checkout has no other trained weights. It lies beside the tests as
 * a plain ONNX file of 83 kB, with float input {@code [N, 3, 28, 28]} and logits {@code [N, 10]}.
 *
 * <p>{@link FashionTraining} trains it.
 */
final class FashionNetwork {

  /** Number of {@link #heldOut} images that it classifies correctly. */
  static final int RIGHT = 905;

  static final String FILE = "fashion-resnet8.onnx";
  private static final int IMAGES = 1000;

  private FashionNetwork() {}

  /** Writes the network's file to a folder. */
  static Path file(Path folder) throws IOException {
    try (InputStream content = FashionNetwork.class.getResourceAsStream(FILE)) {
      Path file = folder.resolve(FILE);
      Files.write(file, content.readAllBytes());
      return file;
    }
  }

  /**
   * Writes the names of its classes to a file, one per line, in the trainer's order, which is
   * sorted.
   */
  static Path labels(Path folder) throws IOException {
    return Files.write(
        folder.resolve("fashion.txt"), FashionMnist.LABELS.names().stream().sorted().toList());
  }

  /** Returns 1,000 images that it was not trained on. */
  static List<DemoImage> heldOut() {
    return FashionMnist.read().subList(0, IMAGES);
  }
}
