package dev.millrace.core.repository;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One version in a repository: its folder and what its manifest says.
 *
 * @param folder {@code <repository>/<model>/<version>}
 * @param manifest the manifest read from it
 */
public record ModelVersion(Path folder, ModelManifest manifest) {

  static final String MODEL_FILE = "model.onnx";

  public String name() {
    return manifest.name();
  }

  public int version() {
    return manifest.version();
  }

  public String sha256() {
    return manifest.sha256();
  }

  public Labels labels() {
    return new Labels(manifest.labels());
  }

  /** The prepared ONNX file. */
  public Path modelFile() {
    return folder.resolve(MODEL_FILE);
  }

  /**
   * Reads the model file whole and checks it against the manifest's checksum.
   *
   * @return the bytes that were checked, so that what is loaded is what was verified
   * @throws ModelException if the file is missing or is not the one that was published
   */
  public byte[] readVerified() {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(modelFile());
    } catch (IOException e) {
      throw new ModelException(
          this + ": cannot read " + modelFile() + "; import the model again", e);
    }
    String actual = Sha256.of(bytes);
    if (!actual.equals(sha256())) {
      throw new ModelException(
          this
              + " is corrupt: "
              + modelFile()
              + " has sha256 "
              + actual
              + ", its manifest says "
              + sha256()
              + "; import the model again");
    }
    return bytes;
  }

  /** For example {@code resnet20 version 3}. */
  @Override
  public String toString() {
    return name() + " version " + version();
  }
}
