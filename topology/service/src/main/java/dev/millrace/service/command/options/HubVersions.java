package dev.millrace.service.command.options;

import dev.millrace.blobs.Hub;
import dev.millrace.blobs.HubAccess;
import dev.millrace.blobs.HubRef;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.repository.ReadOnlyVersions;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.ExportedModel;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OwnNormalization;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.preprocessing.FilesBeside;
import dev.millrace.service.preprocessing.Hints;
import dev.millrace.service.preprocessing.PreprocessingChoice;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A model on Hugging Face's hub as a read-only repository with one model and one version. Prepares
 * the model's ONNX file for serving once for each commit, in the same way as {@code models import}
 * without options. Thread-safe.
 */
final class HubVersions implements ReadOnlyVersions {

  private static final int VERSION = 1;

  /** The largest share of a white pixel that counts as rounding. */
  private static final double TOLERANCE = 0.001;

  private final HubRef ref;
  private final Path cache;
  private final Hub hub;
  private final Consumer<String> warnings;

  /** The version whose manifest was read last. */
  private ModelVersion current;

  /**
   * Creates the repository. Does not connect yet.
   *
   * @param ref the model
   * @param access the settings for the connection to the hub
   * @param cache the folder for prepared models; any number of processes may share it
   * @param warnings receives a line if a model that is prepared may be served wrongly
   */
  HubVersions(HubRef ref, HubAccess access, Path cache, Consumer<String> warnings) {
    this.ref = ref;
    this.cache = cache;
    this.hub = new Hub(access);
    this.warnings = warnings;
  }

  @Override
  public String place() {
    return ref.toString();
  }

  @Override
  public List<String> models() {
    return List.of(ModelManifest.requireName(ref.model()));
  }

  @Override
  public List<Integer> versions(String model) {
    return model.equals(ref.model()) ? List.of(VERSION) : List.of();
  }

  @Override
  public byte[] manifest(String model, int version) throws RemoteAwayException {
    if (version != VERSION || versions(model).isEmpty()) {
      return null;
    }
    try {
      return Files.readAllBytes(prepared().folder().resolve(ModelManifest.FILE_NAME));
    } catch (RemoteAwayException e) {
      throw e;
    } catch (IOException e) {
      throw cacheFailed(e);
    }
  }

  @Override
  public void read(String model, int version, String file, String sha256, OutputStream out)
      throws IOException {
    Path source = current().folder().resolve(file);
    if (!Sha256.ofCopy(source, out).equals(sha256)) {
      throw new ModelException(
          source + " has changed since it was prepared: delete the folder " + source.getParent());
    }
  }

  /**
   * {@return the version whose manifest was read last, even if the revision has changed since then}
   */
  private synchronized ModelVersion current() throws IOException {
    return current == null ? prepared() : current;
  }

  /** {@return the version of the revision's commit; prepares the version if necessary} */
  private synchronized ModelVersion prepared() throws IOException {
    HubRef commit = hub.resolve(ref);
    String target = commit.path() == null ? commit.revision() : Sha256.of(commit.toString());
    ModelRepository repository = new ModelRepository(cache.resolve(target));
    Path version = repository.root().resolve(ref.model()).resolve(Integer.toString(VERSION));
    if (!Files.isDirectory(version)) {
      publish(commit, repository);
    }
    current = repository.version(ref.model(), VERSION);
    return current;
  }

  private void publish(HubRef commit, ModelRepository repository) throws IOException {
    try (TemporaryFolder folder = TemporaryFolder.in(cache)) {
      Hub.Downloaded model = hub.download(commit, folder.path());
      try {
        publish(model, repository);
      } catch (ModelException e) {
        throw new ModelException(model.named(e.getMessage()), e);
      }
    }
  }

  private void publish(Hub.Downloaded model, ModelRepository repository) {
    byte[] onnx = ModelFile.onnx(model.file());
    ExportedModel exported = ExportedModel.of(onnx, model.file());
    FilesBeside beside = FilesBeside.of(model.file());
    Labels labels =
        beside
            .names()
            .orElseThrow(
                () ->
                    new ModelException(
                        "no config.json beside "
                            + model.origin()
                            + " names its classes: use 'millrace models import "
                            + model.origin()
                            + " --labels FILE' and a repository of your own"))
            .labels();
    List<Hints> hints = new ArrayList<>(beside.hints());
    hints.add(0, Hints.of(model.origin().toString(), exported.input()));
    PreprocessingChoice choice =
        PreprocessingChoice.of(exported.input(), exported::runningChannels, hints);
    PreparedModel prepared =
        ModelPreparation.prepare(exported, choice.preprocessing(), labels, null);
    ModelVersion unused =
        repository.publish(
            ref.model(),
            prepared.files(),
            choice.preprocessing(),
            labels,
            new Provenance(
                new ModelManifest.Source("import", model.origin().toString(), Sha256.of(onnx)),
                null,
                Map.of(),
                null),
            prepared.scores().answers() == AnswerKind.INDEPENDENT
                ? ModelManifest.INDEPENDENT
                : null);
    exported
        .ownNormalization()
        .filter(own -> isChanged(choice.preprocessing(), own.white()))
        .map(own -> twice(model.origin(), own, choice.preprocessing()))
        .ifPresent(warnings);
  }

  /** {@return whether a preprocessing gives other pixels than those of 0 to {@code white}} */
  private static boolean isChanged(Preprocessing before, int white) {
    return IntStream.range(0, before.mean().size())
        .anyMatch(
            channel -> {
              double black = -before.mean().get(channel) / before.std().get(channel);
              double range = 255 * before.scale() / before.std().get(channel);
              return Math.abs(black) > TOLERANCE * white
                  || Math.abs(range - white) > TOLERANCE * white;
            });
  }

  private static String twice(HubRef origin, OwnNormalization own, Preprocessing before) {
    return "preprocessing may be applied twice: the model "
        + origin
        + " begins with "
        + own.operator()
        + ", which normalises pixels of 0 to "
        + own.white()
        + ", and the mean "
        + before.mean()
        + " and the std "
        + before.std()
        + " are applied before it; if this is wrong, use 'millrace models import "
        + origin
        + (own.white() == 1 ? " --mean 0 --std 1" : " --scale 1")
        + "' and a repository of your own";
  }

  private ModelException cacheFailed(IOException e) {
    return new ModelException(
        "cannot use the cache " + cache + " (" + e + "); check that it is writable", e);
  }

  @Override
  public void close() {
    hub.close();
  }
}
