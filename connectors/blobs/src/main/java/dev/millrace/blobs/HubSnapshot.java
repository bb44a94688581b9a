package dev.millrace.blobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The files of a model on the Hugging Face Hub at one commit.
 *
 * @param commit the commit's hash
 * @param files the files
 */
record HubSnapshot(String commit, List<HubFile> files) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = ".onnx";
  private static final int MOST_NAMED = 10;

  /** The paths to which exporters usually write the whole model, most likely first. */
  private static final List<String> USUAL = List.of("onnx/model.onnx", "model.onnx");

  /** The names of the files that describe a model's input images and output classes. */
  private static final Set<String> CONFIGS =
      Set.of("config.json", "preprocessor_config.json", "processor_config.json");

  /**
   * Reads the hub's answer about a revision.
   *
   * @throws ModelException if the answer is not JSON or names no commit
   * @throws IOException if the answer cannot be read
   */
  static HubSnapshot read(InputStream json, HubRef ref) throws IOException {
    byte[] bytes = json.readAllBytes();
    List<HubFile> files = new ArrayList<>();
    try {
      JsonNode answer = JSON.readTree(bytes);
      String commit = answer.path("sha").asText();
      for (JsonNode file : answer.path("siblings")) {
        String path = file.path("rfilename").asText();
        if (HubFile.isPath(path)) {
          String sha256 = file.path("lfs").path("sha256").textValue();
          files.add(new HubFile(path, file.path("size").asLong(-1), sha256));
        }
      }
      if (commit.matches("[0-9a-f]{40,64}")) {
        return new HubSnapshot(commit, List.copyOf(files));
      }
    } catch (JsonProcessingException e) {
      throw new ModelException("the hub's answer about " + ref + " is not JSON", e);
    }
    throw new ModelException("the hub's answer about " + ref + " names no commit");
  }

  /**
   * {@return the ONNX file that {@code ref} names, otherwise the only ONNX file, otherwise the ONNX
   * file in a usual place}
   *
   * @throws ModelException if the user must choose a file; the message lists the files
   */
  HubFile model(HubRef ref) {
    List<String> candidates =
        files.stream().map(HubFile::path).filter(path -> path.endsWith(SUFFIX)).sorted().toList();
    if (ref.path() != null) {
      return file(ref.path(), ref, candidates);
    }
    if (candidates.isEmpty()) {
      throw new ModelException(
          ref + " has no ONNX file: export the model to ONNX, for example with Optimum");
    }
    if (candidates.size() == 1) {
      return file(candidates.get(0), ref, candidates);
    }
    return USUAL.stream()
        .filter(candidates::contains)
        .findFirst()
        .map(path -> file(path, ref, candidates))
        .orElseThrow(
            () ->
                new ModelException(
                    ref + " has several ONNX files: add the path of one; " + named(candidates)));
  }

  private HubFile file(String path, HubRef ref, List<String> candidates) {
    return files.stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    ref
                        + " does not exist; "
                        + (candidates.isEmpty()
                            ? "the model has no ONNX file"
                            : named(candidates))));
  }

  private static String named(List<String> candidates) {
    String list = String.join(", ", candidates.subList(0, Math.min(MOST_NAMED, candidates.size())));
    return candidates.size() > MOST_NAMED
        ? "the first of " + candidates.size() + " are " + list
        : "there are " + list;
  }

  /**
   * {@return the model's file, its weight files, and the files that describe the model} The files
   * that describe the model are in the model's folder. If this folder is named {@code onnx}, they
   * may also be in its parent folder.
   */
  List<HubFile> needed(HubFile model) {
    String folder = model.folder();
    String above = folder.endsWith("onnx/") ? folder.substring(0, folder.length() - 5) : folder;
    String name = model.path().substring(folder.length());
    String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - 5) : name;
    List<HubFile> needed = new ArrayList<>();
    for (HubFile file : files) {
      String own = file.path().substring(file.folder().length());
      boolean beside = file.folder().equals(folder);
      boolean weights =
          own.startsWith(name + "_data")
              || own.equals(name + ".data")
              || own.equals(stem + ".data");
      if (file.equals(model)
          || (beside && weights)
          || (CONFIGS.contains(own) && (beside || file.folder().equals(above)))) {
        needed.add(file);
      }
    }
    return needed;
  }
}
