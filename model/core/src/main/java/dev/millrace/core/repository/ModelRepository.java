package dev.millrace.core.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Model versions in a folder, laid out as NVIDIA Triton lays them out:
 *
 * <pre>
 * repository/
 *   resnet20/
 *     labels.txt          class names, in index order
 *     1/
 *       model.onnx
 *       millrace.json     the manifest
 *     2/ …
 * </pre>
 *
 * <p>A version is written to a hidden folder, forced to disk and renamed once, so a folder whose
 * name is a number is whole, and it never changes again. Any number of threads and processes may
 * read and publish at the same time.
 */
public final class ModelRepository {

  private static final String LABELS_FILE = "labels.txt";
  private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,8}");
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Path root;
  private final Clock clock;

  public ModelRepository(Path root) {
    this(root, Clock.systemUTC());
  }

  ModelRepository(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
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
    return children(root, "repository", name -> !name.startsWith(".")).stream()
        .filter(name -> Files.isDirectory(root.resolve(name)) && !versions(name).isEmpty())
        .toList();
  }

  /**
   * Versions of a model, oldest first.
   *
   * @throws ModelException if the repository has no such model
   */
  public List<Integer> versions(String model) {
    ModelManifest.requireName(model);
    return children(root.resolve(model), "model", VERSION.asMatchPredicate()).stream()
        .map(Integer::valueOf)
        .sorted()
        .toList();
  }

  /**
   * The newest version of a model.
   *
   * @throws ModelException if there is none
   */
  public ModelVersion newest(String model) {
    List<Integer> versions = versions(model);
    if (versions.isEmpty()) {
      throw new ModelException(
          "model '"
              + model
              + "' in "
              + root
              + " has no version; publish one with 'millrace models import'");
    }
    return version(model, versions.get(versions.size() - 1));
  }

  /**
   * Reads a version's manifest; the model file is not touched.
   *
   * @throws ModelException if there is no such version or its manifest cannot be used
   */
  public ModelVersion version(String model, int version) {
    if (!versions(model).contains(version)) {
      throw new ModelException(
          "model '"
              + model
              + "' in "
              + root
              + " has no version "
              + version
              + "; it has "
              + versions(model));
    }
    Path folder = root.resolve(model).resolve(Integer.toString(version));
    Path file = folder.resolve(ModelManifest.FILE_NAME);
    ModelManifest manifest;
    try {
      manifest = JSON.readValue(Files.readAllBytes(file), ModelManifest.class);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          folder
              + " has no "
              + ModelManifest.FILE_NAME
              + "; publish the model with 'millrace models import'",
          e);
    } catch (JacksonException e) {
      throw new ModelException(file + " is no manifest: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new ModelException("cannot read " + file + ": " + e.getMessage(), e);
    }
    if (!manifest.name().equals(model) || manifest.version() != version) {
      throw new ModelException(
          file
              + " belongs to "
              + manifest.name()
              + " version "
              + manifest.version()
              + ": version folders are not to be"
              + " moved or copied; import the model instead");
    }
    return new ModelVersion(folder, manifest);
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
    Path home = root.resolve(ModelManifest.requireName(model));
    try {
      Files.createDirectories(home);
      int next = versions(model).stream().reduce((a, b) -> b).orElse(0) + 1;
      while (true) {
        ModelManifest manifest =
            new ModelManifest(
                model,
                next,
                Sha256.of(prepared),
                clock.instant().toString(),
                source,
                null,
                preprocessing,
                labels.names(),
                null,
                null);
        Optional<ModelVersion> published = publish(home, manifest, prepared);
        if (published.isPresent()) {
          writeLabels(home, labels);
          return published.get();
        }
        next++;
      }
    } catch (IOException e) {
      throw new ModelException("cannot write to the repository " + root + ": " + e.getMessage(), e);
    }
  }

  /** Writes one version folder; empty if another publisher took the number first. */
  private static Optional<ModelVersion> publish(Path home, ModelManifest manifest, byte[] prepared)
      throws IOException {
    Path folder = home.resolve(Integer.toString(manifest.version()));
    Path hidden = Files.createTempDirectory(home, ".publishing-");
    try {
      write(hidden.resolve(ModelVersion.MODEL_FILE), prepared);
      write(hidden.resolve(ModelManifest.FILE_NAME), JSON.writeValueAsBytes(manifest));
      Files.setPosixFilePermissions(
          hidden, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      force(hidden);
      Files.move(hidden, folder, StandardCopyOption.ATOMIC_MOVE);
      force(home);
      return Optional.of(new ModelVersion(folder, manifest));
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      return Optional.empty();
    } finally {
      deleteRecursively(hidden);
    }
  }

  private static void writeLabels(Path home, Labels labels) throws IOException {
    Path hidden = Files.createTempFile(home, ".labels-", null);
    write(hidden, (String.join("\n", labels.names()) + "\n").getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(
        hidden, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(hidden, home.resolve(LABELS_FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteRecursively(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.sorted(Comparator.reverseOrder()).forEach(paths::add);
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  private static List<String> children(Path folder, String what, Predicate<String> wanted) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).filter(wanted).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new ModelException(
          "there is no " + what + " folder " + folder + "; make one with 'millrace models import'",
          e);
    } catch (IOException e) {
      throw new ModelException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  private static String firstLine(String text) {
    return text == null ? "unreadable" : text.lines().findFirst().orElse("unreadable");
  }
}
