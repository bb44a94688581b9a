package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A repository on another machine, with a folder on this machine as its cache. Before a version is
 * used, its files are copied to the cache and verified with the checksums in the manifest. The
 * cache has the layout of a {@link ModelRepository}.
 *
 * <p>If the other machine does not work, the repository reports a warning and uses the versions in
 * the cache. Publishing and removing then fail.
 *
 * <p>Publishing stores the files under their checksums first, and the manifest last. If a publisher
 * is killed in between, some unused files remain, but never an incomplete version.
 */
public final class RemoteModelRepository extends ModelRepository implements AutoCloseable {

  /**
   * Largest number of version numbers that the other machine may call taken although no version has
   * them. Another publisher may be about to publish a version with one of these numbers.
   */
  private static final int MOST_REFUSALS = 10;

  private final RemoteVersions remote;
  private final Consumer<String> warnings;

  /** The last warning. This field is cleared when the other machine answers again. */
  private final AtomicReference<String> warned = new AtomicReference<>();

  /**
   * Opens a repository on another machine. The constructor does not connect to the machine.
   *
   * @param remote the versions; {@link #close} closes them
   * @param cache the folder on this machine for copies, which need not exist. Any number of
   *     processes may share the folder for the same repository
   * @param warnings receives a message when the repository begins to use the cache because the
   *     other machine does not work
   */
  public RemoteModelRepository(RemoteVersions remote, Path cache, Consumer<String> warnings) {
    super(cache);
    this.remote = remote;
    this.warnings = warnings;
  }

  @Override
  public String place() {
    return remote.place();
  }

  @Override
  public List<String> models() {
    try {
      return answer(remote.models()).stream().filter(ModelManifest::isName).sorted().toList();
    } catch (RemoteAwayException e) {
      warn(e);
      return Files.isDirectory(root()) ? super.models() : List.of();
    }
  }

  @Override
  public List<Integer> versions(String model) {
    List<Integer> versions;
    try {
      versions =
          answer(remote.versions(ModelManifest.requireName(model))).stream().sorted().toList();
    } catch (RemoteAwayException e) {
      if (!Files.isDirectory(root().resolve(model))) {
        throw new ModelException(
            String.format(
                "model '%s' is not in the cache %s, and %s does not work (%s); try again later",
                model, root(), place(), e.getMessage()),
            e);
      }
      warn(e);
      return super.versions(model);
    }
    if (versions.isEmpty()) {
      throw noModel(model);
    }
    return versions;
  }

  @Override
  public ModelVersion version(String model, int version) {
    Path home = root().resolve(ModelManifest.requireName(model));
    try {
      byte[] manifest = answer(remote.manifest(model, version));
      if (manifest == null) {
        throw noVersion(model, version, versions(model));
      }
      copy(home, model, version, manifest);
    } catch (RemoteAwayException e) {
      requireCached(home, model, version, e);
    } catch (IOException e) {
      throw cacheFailed(e);
    }
    return read(model, version);
  }

  @Override
  public ModelManifest manifest(String model, int version) {
    Path home = root().resolve(ModelManifest.requireName(model));
    try {
      byte[] manifest = answer(remote.manifest(model, version));
      if (manifest == null) {
        throw noVersion(model, version, versions(model));
      }
      return own(manifest, model, version);
    } catch (RemoteAwayException e) {
      requireCached(home, model, version, e);
      return read(model, version).manifest();
    }
  }

  /** Requires that the cache has a version, and warns that the cache is used. */
  private void requireCached(Path home, String model, int version, RemoteAwayException e) {
    if (!isComplete(home, version)) {
      throw new ModelException(
          String.format(
              "%s version %d is not in the cache %s, and %s does not work (%s); try again later",
              model, version, root(), place(), e.getMessage()),
          e);
    }
    warn(e);
  }

  /** Copies a version to the cache, unless the cache has it with the same manifest. */
  private void copy(Path home, String model, int version, byte[] bytes) throws IOException {
    Path folder = home.resolve(Integer.toString(version));
    if (has(folder, bytes)) {
      return;
    }
    ModelManifest manifest = own(bytes, model, version);
    try (VersionWriter writer = VersionWriter.into(home)) {
      for (Map.Entry<String, String> file : files(manifest).entrySet()) {
        writer.write(
            file.getKey(), out -> remote.read(model, version, file.getKey(), file.getValue(), out));
      }
      replace(writer, manifest, bytes, folder);
    }
  }

  private ModelException cacheFailed(IOException e) {
    return new ModelException(
        String.format(
            "cannot use the cache %s (%s); check that it is writable and that its disk has room",
            root(), e),
        e);
  }

  /**
   * Moves the written version into the cache. If the cache has a version with this number and
   * another manifest, that version is removed first.
   */
  private static void replace(
      VersionWriter writer, ModelManifest manifest, byte[] bytes, Path folder) throws IOException {
    Optional<ModelVersion> published = writer.publish(manifest, bytes);
    while (published.isEmpty() && !has(folder, bytes)) {
      VersionWriter.remove(folder);
      published = writer.publish(manifest, bytes);
    }
  }

  private static boolean has(Path folder, byte[] manifest) throws IOException {
    Path file = folder.resolve(ModelManifest.FILE_NAME);
    return Files.exists(file) && Arrays.equals(Files.readAllBytes(file), manifest);
  }

  private static boolean isComplete(Path home, int version) {
    return Files.isDirectory(home.resolve(Integer.toString(version)));
  }

  private ModelManifest own(byte[] bytes, String model, int version) {
    ModelManifest manifest = ManifestFile.read(bytes, place() + "/" + model + "/" + version);
    if (!manifest.name().equals(model) || manifest.version() != version) {
      throw new ModelException(
          place()
              + "/"
              + model
              + "/"
              + version
              + " has the manifest of "
              + manifest.name()
              + " version "
              + manifest.version()
              + ": do not move or copy versions; import the model instead");
    }
    return manifest;
  }

  private static Map<String, String> files(ModelManifest manifest) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(ModelVersion.MODEL_FILE, manifest.sha256());
    files.putAll(manifest.files());
    return files;
  }

  @Override
  public void requireWritable() {
    try {
      remote.requireWritable();
    } catch (RemoteAwayException e) {
      throw new ModelException(
          String.format("cannot publish to %s (%s); try again later", place(), e.getMessage()), e);
    }
  }

  @Override
  ModelVersion publishNext(String model, VersionWriter writer, IntFunction<ModelManifest> numbered)
      throws IOException {
    try {
      int next =
          Stream.concat(Stream.of(0), remote.versions(model).stream()).reduce(0, Math::max) + 1;
      for (Map.Entry<String, String> file : files(numbered.apply(next)).entrySet()) {
        remote.publish(model, file.getValue(), writer.file(file.getKey()));
      }
      ModelManifest manifest = create(model, next, numbered);
      Path folder = root().resolve(model).resolve(Integer.toString(manifest.version()));
      replace(writer, manifest, ManifestFile.bytes(manifest), folder);
      return new ModelVersion(folder, manifest);
    } catch (RemoteAwayException e) {
      throw new ModelException(
          String.format(
              "cannot publish %s to %s (%s); see with 'models list' whether it was published, and"
                  + " try again",
              model, place(), e.getMessage()),
          e);
    }
  }

  /**
   * Publishes the manifest under the first free number. If a connection breaks after the other
   * machine has stored the manifest, the client repeats the request. The number is then taken by
   * this same manifest, which counts as success.
   *
   * @throws ModelException if the other machine calls every number taken
   */
  private ModelManifest create(String model, int first, IntFunction<ModelManifest> numbered)
      throws IOException {
    int refusals = 0;
    for (int number = first; ; number++) {
      ModelManifest manifest = numbered.apply(number);
      byte[] bytes = ManifestFile.bytes(manifest);
      if (remote.create(model, number, bytes)) {
        return manifest;
      }
      byte[] taken = remote.manifest(model, number);
      if (Arrays.equals(bytes, taken)) {
        return manifest;
      }
      refusals += taken == null ? 1 : 0;
      if (refusals == MOST_REFUSALS) {
        throw new ModelException(
            String.format(
                "cannot publish %s to %s: it calls the numbers up to %d taken, but has no versions"
                    + " with these numbers; check that it supports conditional writes"
                    + " (If-None-Match)",
                model, place(), number));
      }
    }
  }

  @Override
  public void remove(String model, int version) {
    List<Integer> versions = versions(model);
    if (!versions.contains(version)) {
      throw noVersion(model, version, versions);
    }
    try {
      remote.remove(model, version);
      Path folder = root().resolve(model).resolve(Integer.toString(version));
      if (Files.exists(folder)) {
        VersionWriter.remove(folder);
      }
    } catch (RemoteAwayException e) {
      throw new ModelException(
          String.format(
              "cannot remove %s version %d from %s (%s); try again later",
              model, version, place(), e.getMessage()),
          e);
    } catch (IOException e) {
      throw cacheFailed(e);
    }
  }

  /**
   * Removes unfinished versions from the cache only. Files that killed publishers left on the other
   * machine stay there.
   */
  @Override
  public int removeUnfinished(String model, Duration age) {
    return Files.isDirectory(root().resolve(ModelManifest.requireName(model)))
        ? super.removeUnfinished(model, age)
        : 0;
  }

  /**
   * {@return the given answer of the other machine} The method also clears the last warning,
   * because an answer shows that the other machine works again.
   */
  private <T> T answer(T answer) {
    warned.set(null);
    return answer;
  }

  private void warn(RemoteAwayException e) {
    String warning =
        place() + " does not work (" + e.getMessage() + "); using the versions in " + root();
    if (!warning.equals(warned.getAndSet(warning))) {
      warnings.accept(warning);
    }
  }

  /** Closes the connections to the other machine. */
  @Override
  public void close() {
    remote.close();
  }
}
