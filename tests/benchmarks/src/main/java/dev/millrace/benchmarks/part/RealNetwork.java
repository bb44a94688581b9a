package dev.millrace.benchmarks.part;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.evaluate.ClassFolders;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.quantize.Pictures;
import dev.millrace.service.labels.ClassNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A network with trained weights, and labelled images that it was not trained on.
 *
 * @param onnx the exported network
 * @param names the names of its classes
 * @param folder the folder of the images, with one folder for each class
 */
record RealNetwork(Path onnx, ClassNames names, Path folder) {

  /**
   * Finds a network in the folder of the option {@code --data}: the files {@code NAME.onnx} and
   * {@code NAME.txt}, and the folder {@code NAME}.
   *
   * @param data the folder, or empty if the option was not given
   * @return the network, or empty if there is no file {@code NAME.onnx}
   */
  static Optional<RealNetwork> in(Optional<Path> data, String name) {
    return data.map(folder -> folder.resolve(name + ".onnx"))
        .filter(Files::exists)
        .map(
            onnx ->
                new RealNetwork(
                    onnx,
                    LabelsFile.read("--data", onnx.resolveSibling(name + ".txt")),
                    onnx.resolveSibling(name)));
  }

  Labels labels() {
    return names.labels();
  }

  /** Returns the images in a random order that is always the same. */
  Pictures images(Consumer<String> complaints) throws IOException {
    return Pictures.in(folder, ClassFolders.of(labels(), names), complaints);
  }
}
