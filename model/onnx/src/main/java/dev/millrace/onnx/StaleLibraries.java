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
 * The folders of ONNX Runtime's library whose processes were killed while they loaded it: 28 MB
 * each. On Linux, {@code /proc} tells which folders processes have loaded a library from. A process
 * that is about to load one has just unpacked it, so young folders stay.
 */
final class StaleLibraries {

  /** How ONNX Runtime's Java API names its folders, before a number. */
  static final String PREFIX = "onnxruntime-java";

  /** Far longer than unpacking and loading take. */
  private static final Duration YOUNG = Duration.ofMinutes(5);

  private static final Pattern NAME = Pattern.compile(PREFIX + "\\d+");

  private final Path temporary;
  private final Path processes;
  private final Instant now;

  /**
   * @param temporary the folder for temporary files
   * @param processes Linux's {@code /proc}; nothing is removed where it is missing
   */
  StaleLibraries(Path temporary, Path processes, Instant now) {
    this.temporary = temporary;
    this.processes = processes;
    this.now = now;
  }

  /** Those of this machine. */
  static StaleLibraries ofThisMachine() {
    return new StaleLibraries(
        Path.of(System.getProperty("java.io.tmpdir")), Path.of("/proc"), Instant.now());
  }

  /** Removes the folders that no process uses. What cannot be read or removed stays. */
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
      // A folder that went meanwhile: no reason not to serve.
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

  /** A file that is being unpacked is young, whatever its folder is. */
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

  /** The folders from which processes have loaded. */
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
   * What a process has mapped; nothing if it has ended, or is another user's, to whom our folders
   * are closed.
   */
  private static String maps(Path process) {
    try {
      return new String(Files.readAllBytes(process.resolve("maps")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
