package dev.millrace.blobs;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens regular files below the listed folders. A link in a listed folder may only lead to a file
 * in a listed folder.
 */
final class FileSource implements Source<FileRef> {

  /** The longest name of a file or folder that Linux and macOS open, in bytes. */
  private static final int LONGEST_NAME = 255;

  /** The longest path that Linux opens, in bytes. */
  private static final int LONGEST_PATH = 4_095;

  private final List<Path> folders;

  FileSource(List<FileRef> folders) {
    this.folders = folders.stream().map(FileRef::toPath).toList();
  }

  @Override
  public Body open(FileRef ref, Watch watch)
      throws RefusedException, StoreAwayException, IOException {
    List<Path> roots = realFolders();
    Path path = path(ref);
    if (folders.stream().noneMatch(folder -> path.startsWith(folder) && Files.exists(folder))) {
      throw new StoreAwayException(ref.store(), "its listed folder does not exist", null);
    }
    try {
      Path real = path.toRealPath();
      Path root = roots.stream().filter(real::startsWith).findFirst().orElse(null);
      if (root == null) {
        throw leadsOut();
      }
      SeekableByteChannel channel = UnlinkedFile.open(root, real);
      watch.guard(channel);
      return new Body(Channels.newInputStream(channel), channel.size(), null, channel);
    } catch (AccessDeniedException e) {
      throw new RefusedException(Refused.Reason.FORBIDDEN, "the file may not be read");
    } catch (FileSystemException e) {
      if (passesLink(path)) {
        throw leadsOut();
      }
      if (e instanceof NoSuchFileException || passesFile(path) || isTooLong(path)) {
        throw new RefusedException(Refused.Reason.NOT_FOUND, "there is no such file");
      }
      throw e;
    }
  }

  private static Path path(FileRef ref) throws RefusedException {
    try {
      return ref.toPath();
    } catch (InvalidPathException e) {
      throw new RefusedException(
          Refused.Reason.INVALID,
          "its path is not valid in the encoding of this machine; set LC_ALL");
    }
  }

  /**
   * Resolves the listed folders anew for each file, because a folder may be mounted elsewhere in
   * the meantime.
   */
  private List<Path> realFolders() throws IOException {
    List<Path> real = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.exists(folder)) {
        real.add(folder.toRealPath());
      }
    }
    return real;
  }

  /**
   * Refuses a broken link with the same message as a link out of the folders, so that the message
   * does not reveal which files exist.
   */
  private static RefusedException leadsOut() {
    return new RefusedException(
        Refused.Reason.NOT_ALLOWED, "a link in its path leads to no allowed place");
  }

  private boolean passesLink(Path path) {
    Path folder = folders.stream().filter(path::startsWith).findFirst().orElse(path);
    for (Path part = path; !part.equals(folder); part = part.getParent()) {
      if (Files.isSymbolicLink(part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean passesFile(Path path) {
    for (Path part = path.getParent(); part != null; part = part.getParent()) {
      if (Files.isRegularFile(part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTooLong(Path path) {
    int longest = 0;
    for (Path name : path) {
      longest = Math.max(longest, bytes(name));
    }
    return longest > LONGEST_NAME || bytes(path) > LONGEST_PATH;
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public void close() {}
}
