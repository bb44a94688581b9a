package dev.millrace.tests;

import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A residual network of 8 layers, 8 channels wide, that learned Fashion-MNIST: what tests classify
 * with where they want right answers and a checkout has no other weights. It lies beside the tests
 * as a plain ONNX file of 83 kB, float input {@code [N, 3, 28, 28]}, logits {@code [N, 10]}.
 *
 * <p>{@link FashionTraining} made it, and makes it anew.
 */
final class FashionNetwork {

  /** How many of {@link #heldOut} it answers rightly. */
  static final int RIGHT = 905;

  static final String FILE = "fashion-resnet8.onnx";
  private static final int IMAGES = 1000;

  private FashionNetwork() {}

  /** Writes the network's file into a folder. */
  static Path file(Path folder) throws IOException {
    try (InputStream content = FashionNetwork.class.getResourceAsStream(FILE)) {
      Path file = folder.resolve(FILE);
      Files.write(file, content.readAllBytes());
      return file;
    }
  }

  /** Writes its classes' names into a folder, one a line: sorted, as the trainer has them. */
  static Path labels(Path folder) throws IOException {
    return Files.write(
        folder.resolve("fashion.txt"), FashionMnist.LABELS.names().stream().sorted().toList());
  }

  /** 1,000 images that it has not learned from. */
  static List<DemoImage> heldOut() {
    return FashionMnist.read().subList(0, IMAGES);
  }
}
