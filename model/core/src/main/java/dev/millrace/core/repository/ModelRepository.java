package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Model versions in a folder, laid out as NVIDIA Triton lays them out:
 *
 * <pre>
 * repository/
 *   resnet20/
 *     labels.txt          class names of the version published last, in index order
 *     1/
 *       model.onnx
 *       millrace.json     the manifest
 *     2/ …
 * </pre>
 *
 * <p>A version is written to a hidden folder, forced to disk and renamed once, so a folder whose
 * name is a number is whole, and it never changes again. Any number of threads and processes may
 * read and publish at the same time. What else lies in the repository is passed over.
 *
 * <p>Version folders without a manifest may be of a {@link ForeignLayout}, and are then read as
 * they are.
 *
 * <p>A model's name that {@link ModelManifest#requireName} refuses is an {@code
 * IllegalArgumentException} everywhere.
 */
public final class ModelRepository {

  private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,8}");

  private final Path root;
  private final Clock clock;
  private final List<ForeignLayout> foreign;

  /**
   * A repository in a folder, which may be missing until the first publication.
   *
   * @param foreign the other layouts that it may hold; the first one that fits reads a version
   */
  public ModelRepository(Path root, ForeignLayout... foreign) {
    this(root, Clock.systemUTC(), foreign);
  }

  ModelRepository(Path root, Clock clock, ForeignLayout... foreign) {
    this.root = root;
    this.clock = clock;
    this.foreign = List.of(foreign);
  }

  /** The repository's folder. */
  public Path root() {
    return root;
  }

  /**
   * Names of the models that have at least one version, in alphabetical order.
   *
   * @throws ModelException if the repository's folder does not exist
   */
  public List<String> models() {
    return folders(root).stream()
        .filter(ModelManifest::isName)
        .filter(name -> !versionsIn(root.resolve(name)).isEmpty())
        .sorted()
        .toList();
  }

  /**
   * Versions of a model, oldest first.
   *
   * @throws ModelException if the repository has no such model
   */
  public List<Integer> versions(String model) {
    Path home = root.resolve(ModelManifest.requireName(model));
    if (!Files.isDirectory(home)) {
      throw new UnpublishedModelException(
          "the repository " + root + " has no model '" + model + "' (it has " + models() + ")");
    }
    return versionsIn(home);
  }

  /**
   * The newest version of a model.
   *
   * @throws ModelException if there is none
   */
  public ModelVersion newest(String model) {
    List<Integer> versions = published(model);
    return version(model, versions.get(versions.size() - 1));
  }

  /**
   * Reads a version's manifest; the model file is not touched, but for a version of a {@link
   * ForeignLayout}.
   *
   * @throws ModelException if there is no such version or its manifest cannot be used
   */
  public ModelVersion version(String model, int version) {
    List<Integer> versions = published(model);
    if (!versions.contains(version)) {
      throw noVersion(model, version, versions);
    }
    Path folder = root.resolve(model).resolve(Integer.toString(version));
    Optional<ForeignLayout> layout = foreignLayoutOf(folder);
    if (layout.isPresent()) {
      return layout.get().read(folder, model, version);
    }
    ModelManifest manifest = ManifestFile.read(folder);
    if (!manifest.name().equals(model) || manifest.version() != version) {
      throw new ModelException(
          folder.resolve(ModelManifest.FILE_NAME)
              + " belongs to "
              + manifest.name()
              + " version "
              + manifest.version()
              + ": version folders are not to be moved or copied; import the model instead");
    }
    return new ModelVersion(folder, manifest);
  }

  private Optional<ForeignLayout> foreignLayoutOf(Path folder) {
    return Files.exists(folder.resolve(ModelManifest.FILE_NAME))
        ? Optional.empty()
        : foreign.stream().filter(layout -> layout.holds(folder)).findFirst();
  }

  private ModelException noVersion(String model, int version, List<Integer> versions) {
    return new ModelException(
        "model '"
            + model
            + "' in "
            + root
            + " has no version "
            + version
            + "; name one of "
            + versions);
  }

  /**
   * Publishes a model file as the next version.
   *
   * @param model the model's name; the model is made if it is new
   * @param prepared the prepared ONNX file's bytes
   * @param source where it came from
   * @throws ModelException if the repository cannot be written
   */
  public ModelVersion publish(
      String model,
      byte[] prepared,
      Preprocessing preprocessing,
      Labels labels,
      ModelManifest.Source source) {
    return publish(
        model, prepared, preprocessing, labels, new Provenance(source, null, Map.of(), null));
  }

  /** The same, of a model that more is known of. */
  public ModelVersion publish(
      String model,
      byte[] prepared,
      Preprocessing preprocessing,
      Labels labels,
      Provenance provenance) {
    Path home = root.resolve(ModelManifest.requireName(model));
    String sha256 = Sha256.of(prepared);
    String created = clock.instant().toString();
    try {
      VersionWriter writer = VersionWriter.into(home);
      int next = versionsIn(home).stream().reduce(0, Math::max) + 1;
      while (true) {
        Optional<ModelVersion> published =
            writer.write(
                new ModelManifest(
                    model,
                    next,
                    sha256,
                    created,
                    provenance.source(),
                    provenance.parentVersion(),
                    preprocessing,
                    labels.names(),
                    provenance.metrics(),
                    provenance.trainingRun()),
                prepared);
        if (published.isPresent()) {
          return published.get();
        }
        next++;
      }
    } catch (IOException e) {
      throw new ModelException(
          "cannot write to the repository "
              + root
              + " ("
              + e
              + "); see that it may be written and that its disk has room",
          e);
    }
  }

  /**
   * Removes a version, so that no reader sees half of it; whoever has loaded it goes on.
   *
   * @throws ModelException if there is no such version, or it cannot be removed
   */
  public void remove(String model, int version) {
    if (!published(model).contains(version)) {
      throw noVersion(model, version, published(model));
    }
    Path home = root.resolve(model);
    try {
      VersionWriter.remove(home.resolve(Integer.toString(version)));
    } catch (IOException e) {
      throw new ModelException(
          "cannot remove "
              + home.resolve(Integer.toString(version))
              + " ("
              + e
              + "); see that it may be written",
          e);
    }
  }

  /**
   * Removes what publishers and removers that were killed have left.
   *
   * @param age how old it must be: what is younger, somebody may be at work on
   * @return how many folders were removed
   * @throws ModelException if there is no such model, or the repository cannot be written
   */
  public int removeUnfinished(String model, Duration age) {
    var unused = versions(model);
    try {
      return VersionWriter.removeUnfinished(
          root.resolve(model), FileTime.from(clock.instant().minus(age)));
    } catch (IOException e) {
      throw new ModelException(
          "cannot clean " + root.resolve(model) + " (" + e + "); see that it may be written", e);
    }
  }

  /** The versions of a model that has some. */
  private List<Integer> published(String model) {
    List<Integer> versions = versions(model);
    if (versions.isEmpty()) {
      throw new UnpublishedModelException("model '" + model + "' in " + root + " has no version");
    }
    return versions;
  }

  private static List<Integer> versionsIn(Path home) {
    return folders(home).stream()
        .filter(VERSION.asMatchPredicate())
        .map(Integer::valueOf)
        .sorted()
        .toList();
  }

  private static List<String> folders(Path parent) {
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(Files::isDirectory)
          .map(child -> child.getFileName().toString())
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new UnpublishedModelException("there is no repository folder " + parent, e);
    } catch (IOException | UncheckedIOException e) {
      throw new ModelException(
          "cannot list " + parent + " (" + e + "); see that it may be read", e);
    }
  }
}
