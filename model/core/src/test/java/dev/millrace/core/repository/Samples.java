package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A model that is small enough to publish many times; its "ONNX file" is a line of text. */
final class Samples {

  static final Preprocessing PREPROCESSING =
      new Preprocessing(32, 36, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));
  static final Labels LABELS = new Labels(List.of("cat", "Rüde"));
  static final ModelManifest.Source SOURCE =
      new ModelManifest.Source("import", "resnet20.onnx", "ab".repeat(32));

  private Samples() {}

  static ModelVersion publish(ModelRepository repository, String model, String content) {
    return repository.publish(model, bytes(content), PREPROCESSING, LABELS, SOURCE);
  }

  /**
   * Publishes a model that consists of several files.
   *
   * @param folder receives the files with weights
   * @param weights the contents of the files with weights
   */
  static ModelVersion publish(
      ModelRepository repository, String model, String content, Path folder, String... weights)
      throws IOException {
    return repository.publish(
        model,
        new ModelFiles(bytes(content), weightFiles(folder, weights)),
        PREPROCESSING,
        LABELS,
        new Provenance(SOURCE, null, Map.of(), null),
        null);
  }

  private static Map<String, WeightFile> weightFiles(Path folder, String... weights)
      throws IOException {
    Map<String, WeightFile> files = new LinkedHashMap<>();
    for (int i = 0; i < weights.length; i++) {
      Path file = Files.write(folder.resolve("part " + i), bytes(weights[i]));
      files.put("weights-" + (i + 1) + ".bin", new WeightFile(file, Sha256.of(file)));
    }
    return files;
  }

  static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }
}
