package dev.millrace.benchmarks.part;

import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.evaluate.ClassFolders;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.quantize.Pictures;
import dev.millrace.service.labels.ClassNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A network with trained weights, and labelled images that it was not trained on.
 *
 * @param file the exported network, or its weights
 * @param names the names of its classes
 * @param folder the folder of the images, with one folder for each class
 */
record RealNetwork(Path file, ClassNames names, Path folder) {

  private static final List<String> ENDINGS = List.of(".onnx", ".safetensors", ".npz");

  /**
   * Finds a network in the folder of the option {@code --data}. The folder has the files {@code
   * NAME.onnx} and {@code NAME.txt}, and the folder {@code NAME}. Instead of {@code NAME.onnx}, it
   * may have {@code NAME.safetensors} or {@code NAME.npz}, with PyTorch's names of the weights.
   *
   * @param data the folder, or empty if the option was not given
   * @return the network, or empty if the folder has none of these three files
   */
  static Optional<RealNetwork> in(Optional<Path> data, String name) {
    return data.flatMap(
        folder ->
            ENDINGS.stream()
                .map(ending -> folder.resolve(name + ending))
                .filter(Files::exists)
                .findFirst()
                .map(
                    file ->
                        new RealNetwork(
                            file,
                            LabelsFile.read("--data", folder.resolve(name + ".txt")),
                            folder.resolve(name))));
  }

  /**
   * {@return the exported network}
   *
   * @param network the architecture of the weights
   */
  byte[] onnx(ResNet network) throws IOException {
    return file.toString().endsWith(".onnx")
        ? Files.readAllBytes(file)
        : ResNetOnnx.write(network, WeightsFile.read(file), OnnxFormat.EXACT);
  }

  Labels labels() {
    return names.labels();
  }

  /** Returns the images in a random order that is always the same. */
  Pictures images(Consumer<String> complaints) throws IOException {
    return Pictures.in(folder, ClassFolders.of(labels(), names), complaints);
  }
}
