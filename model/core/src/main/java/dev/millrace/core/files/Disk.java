package dev.millrace.core.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes that a power cut cannot undo once they have returned. A file's content and its name are
 * forced to disk apart: {@link #writeNew} forces the content, {@link #force} a folder's names.
 */
public final class Disk {

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private Disk() {}

  /**
   * Writes a new file and forces its content to disk. Its name is on disk once its folder is {@link
   * #force forced}.
   *
   * @throws FileAlreadyExistsException if there is such a file
   */
  public static void writeNew(Path file, byte[] bytes) throws IOException {
    writeNew(file, out -> out.write(bytes));
  }

  /** The same for content that is written piece by piece; the stream is buffered. */
  public static void writeNew(Path file, Content content) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  /**
   * Creates a folder and the parents that are missing, and forces the name of each to disk. The
   * name of a folder that exists is forced too, because another process may have created it just
   * now.
   */
  public static void createFolders(Path folder) throws IOException {
    Deque<Path> entries = new ArrayDeque<>();
    Path entry = folder.toAbsolutePath();
    entries.push(entry);
    while (entry.getParent() != null && !Files.exists(entry.getParent())) {
      entry = entry.getParent();
      entries.push(entry);
    }
    Files.createDirectories(folder);
    for (Path created : entries) {
      if (created.getParent() != null) {
        force(created.getParent());
      }
    }
  }

  /** Forces the names in a folder to disk, where the system has a way to ask for it. */
  public static void force(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; // Windows cannot open a folder, and NTFS keeps a journal of its names.
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
