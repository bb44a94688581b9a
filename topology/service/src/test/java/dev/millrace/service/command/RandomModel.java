package dev.millrace.service.command;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ResNetOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Publishes networks with random weights. */
public final class RandomModel {

  private RandomModel() {}

  /** Publishes a ResNet-20 with ten classes as the next version of a model. */
  public static void publish(Path repository, String name) throws IOException {
    publish(repository, name, 10, 1);
  }

  /**
   * Publishes a ResNet-20 as the next version of a model.
   *
   * @param repository the folder of the repository
   * @param name the model's name
   * @param classes number of classes
   * @param seed seed of the random weights
   * @param more further options of {@code models import}
   */
  public static void publish(Path repository, String name, int classes, int seed, String... more)
      throws IOException {
    List<String> labels = IntStream.range(0, classes).mapToObj(i -> "c" + i).toList();
    publish(repository, name, labels, seed, more);
  }

  /**
   * Publishes a ResNet-20 as the next version of a model.
   *
   * @param repository the folder of the repository
   * @param name the model's name
   * @param lines the file of labels, with one line per class
   * @param seed seed of the random weights
   * @param more further options of {@code models import}
   */
  public static void publish(
      Path repository, String name, List<String> lines, int seed, String... more)
      throws IOException {
    ResNet network = ResNet.of("resnet20").withClasses(lines.size());
    Path folder = Files.createTempDirectory("random-model");
    Path onnx = folder.resolve("x.onnx");
    Path labels = folder.resolve("x.txt");
    Files.write(onnx, ResNetOnnx.write(network, HeInitialization.of(network, seed)));
    Files.write(labels, lines);
    List<String> args = new ArrayList<>(List.of("models", "import", onnx.toString()));
    args.addAll(List.of("--labels", labels.toString(), "--size", "32"));
    args.addAll(List.of("--repository", repository.toString(), "--model", name));
    args.addAll(List.of(more));
    CapturedRun.of(args.toArray(String[]::new)).succeeded();
    Files.delete(onnx);
    Files.delete(labels);
    Files.delete(folder);
  }
}
