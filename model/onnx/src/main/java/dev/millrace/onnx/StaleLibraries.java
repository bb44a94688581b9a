package dev.millrace.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes temporary folders with ONNX Runtime's library. A process that is killed while it loads
 * the library leaves a folder of up to 28 MB. A folder from which a running process has loaded a
 * library is kept. On Linux, {@code /proc} shows these folders. A folder that changed in the last
 * five minutes is also kept, because a process may be about to load a library from it.
 */
final class StaleLibraries {

  /**
   * The prefix of the folders that ONNX Runtime's Java API creates. A number follows the prefix.
   */
  static final String PREFIX = "onnxruntime-java";

  /**
   * Smallest age of a folder that may be removed. Unpacking and loading a library take far less
   * time.
   */
  private static final Duration YOUNG = Duration.ofMinutes(5);

  private static final Pattern NAME = Pattern.compile(PREFIX + "\\d+");

  private final Path temporary;
  private final Path processes;
  private final Instant now;

  /**
   * @param temporary the folder for temporary files
   * @param processes Linux's {@code /proc}; if this folder does not exist, nothing is removed
   */
  StaleLibraries(Path temporary, Path processes, Instant now) {
    this.temporary = temporary;
    this.processes = processes;
    this.now = now;
  }

  /** Returns an object for the temporary folder and the processes of this machine. */
  static StaleLibraries ofThisMachine() {
    return new StaleLibraries(
        Path.of(System.getProperty("java.io.tmpdir")), Path.of("/proc"), Instant.now());
  }

  /**
   * Removes the old folders from which no running process has loaded a library. Skips a folder that
   * cannot be removed.
   */
  void remove() {
    try {
      List<Path> old = oldFolders();
      if (old.isEmpty() || !Files.isDirectory(processes)) {
        return;
      }
      Set<String> used = namesInUse();
      for (Path folder : old) {
        if (!used.contains(folder.getFileName().toString())) {
          UnpackedLibrary.delete(folder);
        }
      }
    } catch (IOException e) {
      // Another process may have removed a folder in the meantime. Serving does not depend on this
      // method.
    }
  }

  private List<Path> oldFolders() throws IOException {
    List<Path> old = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
      for (Path folder : folders) {
        if (NAME.matcher(folder.getFileName().toString()).matches()
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.isWritable(folder)
            && isOld(folder)) {
          old.add(folder);
        }
      }
    }
    return old;
  }

  /**
   * Returns whether the folder and all its files are old. A file that is being unpacked is young,
   * even if its folder is old.
   */
  private boolean isOld(Path folder) throws IOException {
    Instant latest = now.minus(YOUNG);
    boolean old = Files.getLastModifiedTime(folder).toInstant().isBefore(latest);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        old &= Files.getLastModifiedTime(file).toInstant().isBefore(latest);
      }
    }
    return old;
  }

  /** Returns the names of the folders from which running processes have loaded a library. */
  private Set<String> namesInUse() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(processes, "[0-9]*")) {
      for (Path process : folders) {
        Matcher mapped = NAME.matcher(maps(process));
        while (mapped.find()) {
          names.add(mapped.group());
        }
      }
    }
    return names;
  }

  /**
   * Returns the text of a process's {@code maps} file, which lists the files that the process has
   * mapped. Returns an empty text if the process has ended. Also returns an empty text for a
   * process of another user, because another user's process cannot load a library from our folders.
   */
  private static String maps(Path process) {
    try {
      return new String(Files.readAllBytes(process.resolve("maps")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
