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
 * Writes files and folders so that a power failure after the call cannot undo them. Content and
 * names are forced to disk separately: {@link #writeNew} forces a file's content, and {@link
 * #force} forces the names of a folder's entries.
 */
public final class Disk {

  /** Produces a file's content. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes the whole content.
     *
     * @param out the buffered stream to write to; the caller closes it
     * @throws IOException if writing fails
     */
    void writeTo(OutputStream out) throws IOException;
  }

  private Disk() {}

  /**
   * Writes a new file and forces its content to disk. To force the file's name to disk too, call
   * {@link #force} on its folder.
   *
   * @param file the file to create
   * @param bytes the file's content
   * @throws FileAlreadyExistsException if the file exists
   * @throws IOException if the file cannot be written
   */
  public static void writeNew(Path file, byte[] bytes) throws IOException {
    writeNew(file, out -> out.write(bytes));
  }

  /**
   * Writes a new file with content that is produced piece by piece, and forces the content to disk.
   *
   * @param file the file to create
   * @param content writes the content to a buffered stream
   * @throws FileAlreadyExistsException if the file exists
   * @throws IOException if the file cannot be written
   */
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
   * Creates a folder and its missing parents, and forces the name of each folder to disk. The name
   * of an existing folder is also forced, because another process may have just created the folder.
   *
   * @param folder the folder to create; it may exist
   * @throws IOException if a folder cannot be created or forced to disk
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

  /**
   * Forces the names of a folder's entries to disk, on operating systems that support it.
   *
   * @param folder an existing folder
   * @throws IOException if the folder cannot be opened or forced to disk
   */
  public static void force(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; // Windows cannot open a folder, and NTFS protects the names by its own journal.
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
