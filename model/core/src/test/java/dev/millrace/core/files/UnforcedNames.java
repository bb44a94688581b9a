package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Names that were added to folders and not yet forced to disk. {@link #lose} removes these names,
 * the newest first, as a power failure may do. If a name is removed from a folder, the removal
 * counts as forced to disk at once.
 */
final class UnforcedNames {

  /** A name. Its path changes when a folder above it is renamed. */
  private static final class Entry {
    private Path path;
    private final Path renamedFrom; // null for a file or folder that was created
    private final byte[] replaced; // the old content; null if the name was free

    private Entry(Path path, Path renamedFrom, byte[] replaced) {
      this.path = path;
      this.renamedFrom = renamedFrom;
      this.replaced = replaced;
    }
  }

  private final Deque<Entry> entries = new ArrayDeque<>(); // the newest first

  void created(Path path) {
    entries.push(new Entry(path.toAbsolutePath(), null, null));
  }

  /**
   * Records a rename. Call this method before the rename, and the returned action after the rename.
   */
  Runnable renaming(Path source, Path target) throws IOException {
    byte[] replaced = Files.isRegularFile(target) ? Files.readAllBytes(target) : null;
    Path from = source.toAbsolutePath();
    Path to = target.toAbsolutePath();
    return () -> {
      follow(from, to);
      entries.push(new Entry(to, from, replaced));
    };
  }

  /** Marks the names in a folder as forced to disk. */
  void forced(Path folder) {
    Path forced = folder.toAbsolutePath();
    entries.removeIf(entry -> entry.path.getParent().equals(forced));
  }

  void lose() throws IOException {
    while (!entries.isEmpty()) {
      Entry entry = entries.pop();
      if (!Files.exists(entry.path)) {
        continue;
      }
      if (entry.renamedFrom == null) {
        delete(entry.path);
        continue;
      }
      Files.move(entry.path, entry.renamedFrom);
      follow(entry.path, entry.renamedFrom);
      if (entry.replaced != null) {
        Files.write(entry.path, entry.replaced);
      }
    }
  }

  private void follow(Path from, Path to) {
    for (Entry entry : entries) {
      if (entry.path.startsWith(from)) {
        entry.path = entry.path.equals(from) ? to : to.resolve(from.relativize(entry.path));
      }
    }
  }

  private static void delete(Path path) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(path)) {
      walk.sorted(Comparator.reverseOrder()).forEach(all::add);
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
