package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ScoreSettings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * One version in a repository: its folder and its manifest.
 *
 * @param folder {@code <repository>/<model>/<version>}
 * @param manifest the manifest in the folder, or the one that a {@link ForeignLayout} derived
 * @param maxBatchSize the largest number of images per batch; empty if there is no limit
 * @param isPrepared whether the model file takes 8-bit pixels and returns probabilities; false if
 *     the model file is unchanged since its author exported it
 * @param scores for a model file that is not prepared: the name of the output with the scores, and
 *     the kind of the scores
 */
public record ModelVersion(
    Path folder,
    ModelManifest manifest,
    OptionalInt maxBatchSize,
    boolean isPrepared,
    ScoreSettings scores) {

  /** The model file's name in a version's folder. */
  public static final String MODEL_FILE = "model.onnx";

  /** The name of the file of class names in a model's folder. */
  public static final String LABELS_FILE = "labels.txt";

  /**
   * Creates a prepared version without a batch limit. {@link ModelRepository#publish} returns
   * prepared versions.
   *
   * @param folder {@code <repository>/<model>/<version>}
   * @param manifest the manifest in the folder
   */
  public ModelVersion(Path folder, ModelManifest manifest) {
    this(folder, manifest, OptionalInt.empty(), true);
  }

  /**
   * Creates a version without score settings: the model file itself must show which output holds
   * the scores, and their kind.
   *
   * @param folder {@code <repository>/<model>/<version>}
   * @param manifest the manifest in the folder, or the one that a {@link ForeignLayout} derived
   * @param maxBatchSize the largest number of images per batch; empty if there is no limit
   * @param isPrepared whether the model file takes 8-bit pixels and returns probabilities
   */
  public ModelVersion(
      Path folder, ModelManifest manifest, OptionalInt maxBatchSize, boolean isPrepared) {
    this(folder, manifest, maxBatchSize, isPrepared, ScoreSettings.FROM_FILE);
  }

  /** {@return the model's name} */
  public String name() {
    return manifest.name();
  }

  /** {@return the version's number} */
  public int version() {
    return manifest.version();
  }

  /** {@return the checksum of the model file: 64 lower-case hexadecimal digits} */
  public String sha256() {
    return manifest.sha256();
  }

  /** {@return the names of the classes} */
  public Labels labels() {
    return new Labels(manifest.labels());
  }

  /** {@return the path of the ONNX file} */
  public Path modelFile() {
    return folder.resolve(MODEL_FILE);
  }

  /**
   * {@return the weight files beside the model file, by name; empty if the model file contains all
   * weights} This method does not check the content of the files.
   */
  public Map<String, WeightFile> weights() {
    Map<String, WeightFile> weights = new LinkedHashMap<>();
    manifest
        .files()
        .forEach((file, sha) -> weights.put(file, new WeightFile(folder.resolve(file), sha)));
    return weights;
  }

  /**
   * Reads the whole model file, and verifies its checksum and the checksums of the weight files
   * against the manifest. The weight files are read piece by piece.
   *
   * @return the verified bytes of the model file. Load the model from these bytes, because the file
   *     may change after this call
   * @throws ModelException if a file is missing, unreadable or differs from its checksum, or if a
   *     weight file is a link
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
          this + ": cannot read " + modelFile() + " (" + e + "); check that it is readable", e);
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
              + "; put a new file into a new version folder");
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
    weights().values().forEach(file -> file.verify(this));
    return bytes;
  }

  /**
   * Requires that this version and {@code predecessor} take images of the same size, and that this
   * version's classes begin with the predecessor's classes, in the same order. This version may
   * have additional classes after them. So every class of the predecessor keeps its index. Either
   * both versions must have exclusive classes, or both must have independent classes. If all
   * requirements hold, consumers of the predecessor's predictions can read this version's
   * predictions.
   *
   * @param predecessor the version to compare with
   * @throws SignatureChangeException if the sizes or the classes differ; the message names the
   *     first difference
   */
  public void requireSignatureOf(ModelVersion predecessor) {
    requireSignatureOf(predecessor.manifest);
  }

  /**
   * Requires the signature of another version, as {@link #requireSignatureOf(ModelVersion)} does.
   *
   * @param predecessor the manifest of the version to compare with
   * @throws SignatureChangeException if the sizes or the classes differ; the message names the
   *     first difference
   */
  public void requireSignatureOf(ModelManifest predecessor) {
    String size = manifest.preprocessing().size();
    String before = predecessor.preprocessing().size();
    if (!size.equals(before)) {
      throw change(predecessor, "takes images of " + size + " pixels", before + " pixels");
    }
    if (manifest.independent() != predecessor.independent()) {
      throw change(
          predecessor, "has " + kind(manifest) + " classes", kind(predecessor) + " classes");
    }
    List<String> classes = manifest.labels();
    List<String> classesBefore = predecessor.labels();
    if (classes.size() < classesBefore.size()) {
      throw change(predecessor, "has " + classes.size() + " classes", classesBefore.size() + "");
    }
    for (int i = 0; i < classesBefore.size(); i++) {
      if (!classes.get(i).equals(classesBefore.get(i))) {
        throw change(
            predecessor,
            "calls class " + i + " '" + classes.get(i) + "'",
            "'" + classesBefore.get(i) + "'");
      }
    }
  }

  private static String kind(ModelManifest manifest) {
    return manifest.independent() ? ModelManifest.INDEPENDENT : "exclusive";
  }

  private SignatureChangeException change(ModelManifest predecessor, String here, String there) {
    return new SignatureChangeException(
        String.format(
            "%s %s, %s version %d has %s: consumers of the predictions may not expect this",
            this, here, predecessor.name(), predecessor.version(), there));
  }

  /** {@return the model's name and the version's number, for example {@code resnet20 version 3}} */
  @Override
  public String toString() {
    return name() + " version " + version();
  }
}
