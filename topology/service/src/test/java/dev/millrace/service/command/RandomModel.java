package dev.millrace.service.command;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ResNetOnnx;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
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
    publish(repository, name, labels(classes), seed, more);
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
    publish(repository, name, lines, network, HeInitialization.of(network, seed), more);
  }

  /**
   * Publishes a ResNet-20 with ten classes. An activation in the middle of a block has one channel
   * whose values are 10,000 times as large as those of the others. So the network loses much of its
   * accuracy if the layers before and behind this activation are quantised.
   */
  public static void publishWithWideActivation(Path repository, String name) throws IOException {
    ResNet network = ResNet.of("resnet20").withClasses(10);
    Map<String, WeightTensor> tensors =
        new LinkedHashMap<>(HeInitialization.of(network, 1).tensors());
    tensors.compute("layer2.1.bn1.weight", (key, scale) -> scaled(scale, i -> i == 0 ? 1e4f : 1));
    int kernel = 3 * 3;
    tensors.compute(
        "layer2.1.conv2.weight",
        (key, weight) -> {
          int channels = weight.shape().get(1);
          return scaled(weight, i -> i / kernel % channels == 0 ? 1e-4f : 1);
        });
    publish(repository, name, labels(10), network, new Weights(tensors));
  }

  private static WeightTensor scaled(WeightTensor tensor, IntToDoubleFunction factor) {
    FloatBuffer from = tensor.values();
    FloatBuffer to = FloatBuffer.allocate(tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      to.put(i, (float) (from.get(i) * factor.applyAsDouble(i)));
    }
    return new WeightTensor(tensor.shape(), to);
  }

  private static List<String> labels(int classes) {
    return IntStream.range(0, classes).mapToObj(i -> "c" + i).toList();
  }

  private static void publish(
      Path repository,
      String name,
      List<String> lines,
      ResNet network,
      Weights weights,
      String... more)
      throws IOException {
    Path folder = Files.createTempDirectory("random-model");
    Path onnx = folder.resolve("x.onnx");
    Path labels = folder.resolve("x.txt");
    Files.write(onnx, ResNetOnnx.write(network, weights));
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
