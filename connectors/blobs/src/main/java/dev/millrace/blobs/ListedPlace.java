package dev.millrace.blobs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A place in the list of a {@link FileSource}: a folder, or a single file. If the place itself does
 * not work, its files are not at fault. For example, a folder is empty while its file system is not
 * mounted. Thread-safe.
 */
final class ListedPlace {

  private final Path path;
  private final TimedCalls calls;

  /** Identifies the folder that last held a file; null before. */
  private volatile Object used;

  ListedPlace(Path path, FetchLimits limits) {
    this.path = path;
    this.calls = new TimedCalls(limits.silence(), limits.concurrency());
  }

  Path path() {
    return path;
  }

  /** {@return the calls to the file system of this place} */
  TimedCalls calls() {
    return calls;
  }

  /**
   * Notes that a file exists. If the same folder is empty later, it is still mounted.
   *
   * @param file the path of the file, or of the place itself
   */
  void holds(Path file) throws IOException {
    if (!file.equals(path)) {
      used = key();
    }
  }

  /**
   * {@return why no file of this place can be opened; empty if the place works}
   *
   * @throws IOException if the file system does not work
   */
  Optional<String> problem() throws IOException {
    boolean isFolder;
    try {
      isFolder = Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException e) {
      return problem("does not exist");
    } catch (AccessDeniedException e) {
      return problem("may not be read");
    } catch (FileSystemException e) { // for example, "Stale file handle" of a network file system
      return problem("cannot be read (" + e.getReason() + ")");
    }
    if (!Files.isReadable(path) || (isFolder && !Files.isExecutable(path))) {
      return problem("may not be read");
    }
    return isFolder && isEmpty() && !isUsed()
        ? problem("is empty; mount its file system, or put a file into the folder")
        : Optional.empty();
  }

  private Optional<String> problem(String words) {
    return Optional.of("its listed folder " + path + " " + words);
  }

  private boolean isEmpty() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      return !files.iterator().hasNext();
    }
  }

  private boolean isUsed() throws IOException {
    Object now = key();
    return now != null && now.equals(used);
  }

  /** Returns the file system and the number of the folder; null on some operating systems. */
  private Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }
}
