package dev.millrace.triton;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.repository.ForeignLayout;
import dev.millrace.core.repository.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads versions in Triton's layout. The version folder contains the model file as its author
 * exported it. The settings are in {@code config.pbtxt} and a labels file beside the version
 * folders. The manifest is derived each time that a version is read, and is never stored.
 *
 * <p>The manifest's checksum is the checksum of the model file at the time of reading. So a model
 * file that is already corrupt at that time is not detected. A model file that changes later is
 * refused when it is loaded. Thread-safe.
 */
public final class TritonLayout implements ForeignLayout {

  /** The {@code kind} of the manifest's source. */
  private static final String SOURCE = "triton";

  /** Creates the layout, which has no settings. */
  public TritonLayout() {}

  /**
   * {@inheritDoc}
   *
   * @return whether the folder has a model file
   */
  @Override
  public boolean holds(Path folder) {
    return Files.isRegularFile(folder.resolve(ModelVersion.MODEL_FILE));
  }

  /**
   * Reads a version. This method also reads the whole model file, to compute its checksum.
   *
   * @param folder {@code <repository>/<model>/<version>}
   * @throws ModelException if the version cannot be served; the message says what to do
   */
  @Override
  public ModelVersion read(Path folder, String model, int version) {
    TritonConfig config = TritonConfig.read(folder.getParent());
    Path file = folder.resolve(ModelVersion.MODEL_FILE);
    try {
      String sha256 = Sha256.of(file);
      ModelManifest manifest =
          new ModelManifest(
              model,
              version,
              sha256,
              Files.getLastModifiedTime(file).toInstant().toString(),
              new ModelManifest.Source(SOURCE, file.getFileName().toString(), sha256),
              null,
              config.preprocessing(),
              labels(config).names(),
              null,
              null,
              config.scores().kind() == ScoreKind.INDEPENDENT ? ModelManifest.INDEPENDENT : null,
              null,
              null);
      return new ModelVersion(folder, manifest, config.maxBatchSize(), false, config.scores());
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
  }

  private static Labels labels(TritonConfig config) {
    if (!Files.exists(config.labels())) {
      throw new ModelException(
          "there is no "
              + config.labels()
              + ": write one class per line there, or name another file as label_filename of the"
              + " output in "
              + TritonConfig.FILE_NAME);
    }
    return Labels.read(config.labels());
  }
}
