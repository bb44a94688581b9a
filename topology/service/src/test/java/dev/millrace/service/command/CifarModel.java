package dev.millrace.service.command;

import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A real model, and images with known answers. Skips the calling test if the model or the images
 * are missing.
 */
public final class CifarModel {

  /** The model's options of {@code models import}. */
  private static final String[] OPTIONS = {"--size", "32", "--resize", "32"};

  private CifarModel() {}

  /** {@return the ONNX file of a ResNet-20 with ten classes} */
  public static Path file() {
    return SharedData.file("models/cifar10_resnet20.onnx");
  }

  /** {@return the names of the classes} */
  public static Path labels() {
    return SharedData.file("classes/cifar10.txt");
  }

  /** Publishes the model as the next version of {@code cifar}. */
  public static void publish(Path repository) {
    CapturedRun.of(
            "models",
            "import",
            file().toString(),
            "--labels",
            labels().toString(),
            OPTIONS[0],
            OPTIONS[1],
            OPTIONS[2],
            OPTIONS[3],
            "--repository",
            repository.toString(),
            "--model",
            "cifar")
        .succeeded();
  }

  /** Writes the first 1,000 test images into folders named after their classes. */
  public static Path images(Path folder) throws IOException {
    SharedData.untar("cifar10/cifar10-test-1000-png.tar", folder);
    return folder;
  }
}
