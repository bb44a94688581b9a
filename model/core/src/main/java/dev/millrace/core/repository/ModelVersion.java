package dev.millrace.core.repository;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

  /**
   * Requires that whoever reads the other version's predictions can read this one's: the same
   * input, and the same classes in the same order.
   *
   * @throws ModelException saying what differs
   */
  public void requireSignatureOf(ModelVersion predecessor) {
    int size = manifest.preprocessing().size();
    int before = predecessor.manifest.preprocessing().size();
    if (size != before) {
      throw change(predecessor, "takes images of " + size + " pixels", before + " pixels");
    }
    List<String> classes = manifest.labels();
    List<String> classesBefore = predecessor.manifest.labels();
    if (classes.size() != classesBefore.size()) {
      throw change(predecessor, "has " + classes.size() + " classes", classesBefore.size() + "");
    }
    for (int i = 0; i < classes.size(); i++) {
      if (!classes.get(i).equals(classesBefore.get(i))) {
        throw change(
            predecessor,
            "calls class " + i + " '" + classes.get(i) + "'",
            "'" + classesBefore.get(i) + "'");
      }
    }
  }

  private ModelException change(ModelVersion predecessor, String here, String there) {
    return new ModelException(
        String.format(
            "%s %s, %s has %s: whoever reads the predictions may not expect that; promote it with"
                + " --allow-signature-change if they do",
            this, here, predecessor, there));
  }

  /** For example {@code resnet20 version 3}. */
  @Override
  public String toString() {
    return name() + " version " + version();
  }
}
