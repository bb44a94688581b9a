package dev.millrace.core.repository;

import dev.millrace.core.files.Disk;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes one version of a model. The version is written to a hidden folder, forced to disk, and
 * renamed to its number. A reader therefore never finds an incomplete version, even after a power
 * failure. If two publishers choose the same number, the first rename wins, even if the publishers
 * run in different processes. {@link #close} deletes a version that was not published.
 */
final class VersionWriter implements AutoCloseable {

  private static final String PUBLISHING = ".publishing-";
  private static final String REMOVING = ".removing-";

  private final Path home;
  private final Path hidden;

  private VersionWriter(Path home, Path hidden) {
    this.home = home;
    this.hidden = hidden;
  }

  /**
   * Creates a hidden folder for a version, and the model's folder if it is missing.
   *
   * @param home {@code <repository>/<model>}
   */
  static VersionWriter into(Path home) throws IOException {
    Disk.createFolders(home);
    return new VersionWriter(
        home, Files.createDirectory(home.resolve(PUBLISHING + UUID.randomUUID())));
  }

  /**
   * Writes the model's files. Call this method once, before {@link #publish}.
   *
   * @throws dev.millrace.core.model.ModelException if a weight file does not have its checksum
   */
  void write(ModelFiles files) throws IOException {
    Disk.writeNew(hidden.resolve(ModelVersion.MODEL_FILE), files.model());
    for (Map.Entry<String, WeightFile> weights : files.weights().entrySet()) {
      Disk.writeNew(hidden.resolve(weights.getKey()), weights.getValue()::copyTo);
    }
  }

  /**
   * Writes one file with content that is produced piece by piece.
   *
   * @param name the file's name
   */
  void write(String name, Disk.Content content) throws IOException {
    Disk.writeNew(hidden.resolve(name), content);
  }

  /** {@return a written file} The file moves when the version is published. */
  Path file(String name) {
    return hidden.resolve(name);
  }

  /** Publishes the written files with a manifest; see {@link #publish(ModelManifest, byte[])}. */
  Optional<ModelVersion> publish(ModelManifest manifest) throws IOException {
    return publish(manifest, ManifestFile.bytes(manifest));
  }

  /**
   * Publishes the written files with a manifest, and the model's {@code labels.txt}. If the number
   * is taken, call this method again with another number.
   *
   * @param manifest the manifest, which holds the version's number
   * @param bytes the content of the manifest's file
   * @return the version, or empty if the version's number is taken
   */
  Optional<ModelVersion> publish(ModelManifest manifest, byte[] bytes) throws IOException {
    Path manifestFile = hidden.resolve(ModelManifest.FILE_NAME);
    Path labelsFile = hidden.resolve(ModelVersion.LABELS_FILE);
    Files.deleteIfExists(manifestFile);
    Disk.writeNew(manifestFile, bytes);
    Disk.writeNew(labelsFile, lines(manifest.labels()));
    // The labels file is moved first, so that a reader of the first version also finds the class
    // names.
    Files.move(labelsFile, home.resolve(ModelVersion.LABELS_FILE), StandardCopyOption.ATOMIC_MOVE);
    Disk.force(hidden);
    Path folder = home.resolve(Integer.toString(manifest.version()));
    if (!renamed(hidden, folder)) {
      return Optional.empty();
    }
    Disk.force(home);
    return Optional.of(new ModelVersion(folder, manifest));
  }

  /** Deletes the hidden folder, unless the version was published. */
  @Override
  public void close() throws IOException {
    if (Files.exists(hidden)) {
      delete(hidden);
    }
  }

  /** Removes a version: renames its folder to a hidden name in one step, then deletes the files. */
  static void remove(Path folder) throws IOException {
    Path home = folder.toAbsolutePath().getParent();
    Path hidden = home.resolve(REMOVING + UUID.randomUUID());
    Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
    Disk.force(home);
    delete(hidden);
  }

  /**
   * Removes the hidden folders that have not changed since {@code latest}, and returns their
   * number.
   */
  static int removeUnfinished(Path home, FileTime latest) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(home, "{" + PUBLISHING + "," + REMOVING + "}*")) {
      for (Path hidden : unfinished) {
        if (Files.getLastModifiedTime(hidden).compareTo(latest) <= 0) {
          delete(hidden);
          removed++;
        }
      }
    }
    return removed;
  }

  private static void delete(Path hidden) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(hidden)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(hidden);
  }

  private static boolean renamed(Path hidden, Path folder) throws IOException {
    try {
      Files.move(hidden, folder, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (FileSystemException e) {
      // If the folder already exists, the exception depends on the operating system, and Java has
      // no specific class for the exception on Linux. So the code checks whether the folder exists.
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      throw e;
    }
  }

  private static byte[] lines(List<String> names) {
    return (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
