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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of model versions in NVIDIA Triton's layout:
 *
 * <pre>
 * repository/
 *   resnet20/
 *     labels.txt          class names of the version published last, in index order
 *     1/
 *       model.onnx
 *       weights-1.bin …   weights that are too large for model.onnx; most models have none
 *       millrace.json     the manifest
 *     2/ …
 * </pre>
 *
 * <p>A version is written to a hidden folder, forced to disk and renamed once. A folder whose name
 * is a number is therefore complete, and it never changes again. Any number of threads and
 * processes may read and publish at the same time. Other files and folders in the repository are
 * ignored.
 *
 * <p>The {@link ForeignLayout}s that are passed to the constructor read the version folders that
 * have no manifest.
 *
 * <p>Every method that takes a model's name throws {@code IllegalArgumentException} if {@link
 * ModelManifest#requireName} refuses the name.
 */
public sealed class ModelRepository permits RemoteModelRepository {

  private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,8}");

  private final Path root;
  private final Clock clock;
  private final List<ForeignLayout> foreign;

  /**
   * Opens a repository in a folder. The folder need not exist before the first publication.
   *
   * @param root the repository's folder
   * @param foreign the other layouts to support. A version folder without a manifest is read by the
   *     first layout that {@link ForeignLayout#holds recognises} the folder
   */
  public ModelRepository(Path root, ForeignLayout... foreign) {
    this(root, Clock.systemUTC(), foreign);
  }

  ModelRepository(Path root, Clock clock, ForeignLayout... foreign) {
    this.root = root;
    this.clock = clock;
    this.foreign = List.of(foreign);
  }

  /** {@return the repository's folder; for a {@link RemoteModelRepository}, its cache} */
  public Path root() {
    return root;
  }

  /**
   * {@return the names of the models that have at least one version, in alphabetical order}
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
   * {@return the version numbers of a model, in ascending order; may be empty}
   *
   * @param model the model's name
   * @throws ModelException if the repository has no such model
   */
  public List<Integer> versions(String model) {
    Path home = root.resolve(ModelManifest.requireName(model));
    if (!Files.isDirectory(home)) {
      throw noModel(model);
    }
    return versionsIn(home);
  }

  /** {@return the repository's place, as messages name it: a folder or a URI} */
  public String place() {
    return root.toString();
  }

  UnpublishedModelException noModel(String model) {
    return new UnpublishedModelException(
        "the repository " + place() + " has no model '" + model + "' (it has " + models() + ")");
  }

  /**
   * {@return the newest version of a model}
   *
   * @param model the model's name
   * @throws ModelException if the model has no version, or the manifest cannot be used
   */
  public ModelVersion newest(String model) {
    return version(model, newestNumber(model));
  }

  /**
   * {@return the number of the newest version of a model}
   *
   * @param model the model's name
   * @throws ModelException if the model has no version
   */
  public int newestNumber(String model) {
    List<Integer> versions = published(model);
    return versions.get(versions.size() - 1);
  }

  /**
   * Reads a version's manifest. If the version has a {@code millrace.json}, the model file is not
   * read. For a version in a {@link ForeignLayout}, the layout also reads the model file, to
   * compute its checksum.
   *
   * @param model the model's name
   * @param version the version's number
   * @return the version
   * @throws ModelException if there is no such version, or the version's manifest cannot be used
   */
  public ModelVersion version(String model, int version) {
    List<Integer> versions = published(model);
    if (!versions.contains(version)) {
      throw noVersion(model, version, versions);
    }
    return read(model, version);
  }

  /**
   * Reads only a version's manifest. Unlike {@link #version}, this method does not make a {@link
   * RemoteModelRepository} copy the version's files.
   *
   * @param model the model's name
   * @param version the version's number
   * @return the manifest
   * @throws ModelException if there is no such version, or its manifest cannot be used
   */
  public ModelManifest manifest(String model, int version) {
    return version(model, version).manifest();
  }

  /** Reads the manifest of a version that exists in the repository's folder. */
  ModelVersion read(String model, int version) {
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
              + ": do not move or copy version folders; import the model instead");
    }
    return new ModelVersion(folder, manifest);
  }

  private Optional<ForeignLayout> foreignLayoutOf(Path folder) {
    return Files.exists(folder.resolve(ModelManifest.FILE_NAME))
        ? Optional.empty()
        : foreign.stream().filter(layout -> layout.holds(folder)).findFirst();
  }

  ModelException noVersion(String model, int version, List<Integer> versions) {
    return new ModelException(
        "model '"
            + model
            + "' in "
            + place()
            + " has no version "
            + version
            + "; name one of "
            + versions);
  }

  /**
   * Requires that versions can be published to this repository. Call this method before the work of
   * creating a version begins. For a repository in a folder of this machine, the method checks
   * nothing.
   *
   * @throws ModelException if the repository is read-only, or does not work at the moment
   */
  public void requireWritable() {}

  /**
   * Publishes a model file as the next version.
   *
   * @param model the model's name; the model's folder is created if it is missing
   * @param prepared the bytes of the ONNX file, prepared as {@link ModelVersion#isPrepared}
   *     describes
   * @param preprocessing the preprocessing of the model's images
   * @param labels the names of the model's classes
   * @param source the origin of the model
   * @return the published version
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

  /**
   * Publishes a model file as the next version, with its origin, parent version, metrics and
   * training run.
   *
   * @param model the model's name; the model's folder is created if it is missing
   * @param prepared the bytes of the ONNX file, prepared as {@link ModelVersion#isPrepared}
   *     describes
   * @param preprocessing the preprocessing of the model's images
   * @param labels the names of the model's classes
   * @param provenance the origin and the measurements of the model
   * @return the published version
   * @throws ModelException if the repository cannot be written
   */
  public ModelVersion publish(
      String model,
      byte[] prepared,
      Preprocessing preprocessing,
      Labels labels,
      Provenance provenance) {
    return publish(model, new ModelFiles(prepared), preprocessing, labels, provenance, null);
  }

  /**
   * Publishes a model whose weights may be in several files, and whose classes may be independent
   * of each other, as the next version. The weight files are copied piece by piece.
   *
   * @param model the model's name; the model's folder is created if it is missing
   * @param files the model's files
   * @param preprocessing the preprocessing of the model's images
   * @param labels the names of the model's classes
   * @param provenance the origin and the measurements of the model
   * @param kind {@link ModelManifest#INDEPENDENT}, or null for exclusive classes
   * @return the published version
   * @throws ModelException if the repository cannot be written, or if a weight file does not have
   *     its checksum
   */
  public ModelVersion publish(
      String model,
      ModelFiles files,
      Preprocessing preprocessing,
      Labels labels,
      Provenance provenance,
      String kind) {
    Path home = root.resolve(ModelManifest.requireName(model));
    String sha256 = Sha256.of(files.model());
    Map<String, String> weights = new LinkedHashMap<>();
    files.weights().forEach((name, file) -> weights.put(name, file.sha256()));
    String created = clock.instant().toString();
    IntFunction<ModelManifest> numbered =
        number ->
            new ModelManifest(
                model,
                number,
                sha256,
                created,
                provenance.source(),
                provenance.parentVersion(),
                preprocessing,
                labels.names(),
                provenance.metrics(),
                provenance.trainingRun(),
                kind,
                weights,
                provenance.quantization(),
                provenance.calibration(),
                provenance.evaluation(),
                provenance.lineage(),
                provenance.golden());
    try (VersionWriter writer = VersionWriter.into(home)) {
      writer.write(files);
      return publishNext(model, writer, numbered);
    } catch (IOException e) {
      throw new ModelException(
          "cannot write to the repository "
              + place()
              + " ("
              + e
              + "); check that it is writable and that its disk has room",
          e);
    }
  }

  /**
   * Publishes the files of a {@link VersionWriter} as the version with the next free number.
   *
   * @param numbered creates the manifest for a version number
   */
  ModelVersion publishNext(String model, VersionWriter writer, IntFunction<ModelManifest> numbered)
      throws IOException {
    int next = versionsIn(root.resolve(model)).stream().reduce(0, Math::max) + 1;
    while (true) {
      Optional<ModelVersion> published = writer.publish(numbered.apply(next));
      if (published.isPresent()) {
        return published.get();
      }
      next++;
    }
  }

  /**
   * Removes a version. No reader sees a partly removed version. Sessions that have loaded the
   * version keep running.
   *
   * @param model the model's name
   * @param version the version's number
   * @throws ModelException if there is no such version, or the version cannot be removed
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
              + "); check that it is writable",
          e);
    }
  }

  /**
   * Removes the hidden folders that remain after a process was killed while it published or removed
   * a version.
   *
   * @param model the model's name
   * @param age the minimum time that must have passed since a hidden folder's last change. A folder
   *     that changed more recently is kept, because another process may still be using it
   * @return the number of removed folders
   * @throws ModelException if there is no such model, or the repository cannot be written
   */
  public int removeUnfinished(String model, Duration age) {
    var unused = versions(model);
    try {
      return VersionWriter.removeUnfinished(
          root.resolve(model), FileTime.from(clock.instant().minus(age)));
    } catch (IOException e) {
      throw new ModelException(
          "cannot clean " + root.resolve(model) + " (" + e + "); check that it is writable", e);
    }
  }

  /** {@return the repository's place} */
  @Override
  public String toString() {
    return place();
  }

  /** {@return the version numbers of a model; at least one} */
  private List<Integer> published(String model) {
    List<Integer> versions = versions(model);
    if (versions.isEmpty()) {
      throw new UnpublishedModelException(
          "model '" + model + "' in " + place() + " has no version");
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
          "cannot list " + parent + " (" + e + "); check that it is readable", e);
    }
  }
}
