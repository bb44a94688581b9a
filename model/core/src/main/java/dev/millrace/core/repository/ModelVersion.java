package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * One version in a repository: its folder and what its manifest says.
 *
 * @param folder {@code <repository>/<model>/<version>}
 * @param manifest the manifest read from it, or made up for a version of a {@link ForeignLayout}
 * @param maxBatchSize images that a batch may hold at most; empty if there is no limit
 * @param isPrepared whether the model file takes 8-bit pixels and answers probabilities; else it is
 *     as its author exported it
 */
public record ModelVersion(
    Path folder, ModelManifest manifest, OptionalInt maxBatchSize, boolean isPrepared) {

  /** The model file's name in a version's folder. */
  public static final String MODEL_FILE = "model.onnx";

  /** The name of the file of class names in a model's folder. */
  public static final String LABELS_FILE = "labels.txt";

  /** A version that was published here. */
  public ModelVersion(Path folder, ModelManifest manifest) {
    this(folder, manifest, OptionalInt.empty(), true);
  }

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

  /** The ONNX file. */
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
      bytes = WholeFile.read(modelFile());
    } catch (NoSuchFileException e) {
      throw new ModelException(
          this
              + " was removed: there is no "
              + modelFile()
              + " any more; name another version or import the model again",
          e);
    } catch (IOException e) {
      throw new ModelException(
          this + ": cannot read " + modelFile() + " (" + e + "); see that it may be read", e);
    }
    String actual = Sha256.of(bytes);
    if (!isPrepared && !actual.equals(sha256())) {
      throw new ModelException(
          this
              + " has changed since it was read: "
              + modelFile()
              + " had sha256 "
              + sha256()
              + " and has "
              + actual
              + "; put a new file into a version folder of its own");
    }
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
   * Requires that a reader of the other version's predictions can read this one's: the same input,
   * and the same classes in the same order.
   *
   * @throws SignatureChangeException saying what differs
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

  private SignatureChangeException change(ModelVersion predecessor, String here, String there) {
    return new SignatureChangeException(
        String.format(
            "%s %s, %s has %s: whoever reads the predictions may not expect that",
            this, here, predecessor, there));
  }

  /** For example {@code resnet20 version 3}. */
  @Override
  public String toString() {
    return name() + " version " + version();
  }
}
