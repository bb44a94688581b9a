package dev.millrace.onnx;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The weight files beside a model file in a repository. They are named {@code weights-1.bin},
 * {@code weights-2.bin} and so on, regardless of their original names. The model file records the
 * checksums of the weight files in its metadata, so that the model file's own checksum also covers
 * the weights.
 */
final class RepositoryWeights {

  private static final String CHECKSUM = "millrace.sha256.";

  private RepositoryWeights() {}

  /**
   * Gives a model's weight files their names in a repository. Reads the files to compute their
   * checksums.
   *
   * @param model a prepared file, which names its weights relative to the folder
   * @param folder the folder with the weights
   * @return the prepared file with the new names, and the weight files
   * @throws ModelException if a weight file cannot be read
   */
  static ModelFiles of(byte[] model, Path folder) {
    Map<String, String> names = new LinkedHashMap<>();
    ModelProto.Builder renamed =
        ExternalTensor.replaceAll(
            OnnxFile.content(model),
            tensor -> {
              ExternalTensor weight = new ExternalTensor(tensor);
              String next = "weights-" + (names.size() + 1) + ".bin";
              return weight.at(names.computeIfAbsent(weight.location(), file -> next));
            })
            .toBuilder();
    Map<String, WeightFile> files = new LinkedHashMap<>();
    names.forEach((file, name) -> files.put(name, file(folder.resolve(file))));
    files.forEach(
        (name, file) ->
            renamed.addMetadataProps(
                StringStringEntryProto.newBuilder()
                    .setKey(CHECKSUM + name)
                    .setValue(file.sha256())));
    return new ModelFiles(renamed.build().toByteArray(), files);
  }

  private static WeightFile file(Path path) {
    try {
      return new WeightFile(path, Sha256.of(path));
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the weights in " + path + " (" + e + "): check that it is readable", e);
    }
  }

  /**
   * Requires that a model file in a repository keeps its weights only in the files that its
   * manifest names. ONNX Runtime would also open other files in the model's folder, which have no
   * checksum.
   *
   * @param model the model file
   * @param files the names of the weight files in the manifest
   * @throws ModelException if the model names another file
   */
  static void requireOnly(byte[] model, Set<String> files) {
    ExternalTensor.replaceAll(
        OnnxFile.content(model),
        tensor -> {
          ExternalTensor weight = new ExternalTensor(tensor);
          if (!files.contains(weight.location())) {
            throw new ModelException(
                "weight "
                    + weight.name()
                    + " is stored in another file ("
                    + weight.file()
                    + "), which has no checksum in the manifest: import the model again");
          }
          return tensor;
        });
  }
}
