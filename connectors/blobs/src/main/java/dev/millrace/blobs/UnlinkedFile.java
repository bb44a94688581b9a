package dev.millrace.blobs;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Opens a regular file below a folder without following any link below the folder. A check of the
 * path before opening the file is not enough, because another process may put a link into the path
 * after the check.
 *
 * <p>On Linux, each folder of the path is opened relative to its parent folder (openat with
 * O_NOFOLLOW), so no link is followed. On other systems, the path is checked again after the file
 * is opened.
 */
final class UnlinkedFile {

  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private UnlinkedFile() {}

  /**
   * Opens a file.
   *
   * @param root a real path: the folder, or the file itself
   * @param file a real path that starts with {@code root}
   * @throws RefusedException if the path contains a link, or the file is not a regular file
   * @throws IOException if the file cannot be opened
   */
  static SeekableByteChannel open(Path root, Path file) throws RefusedException, IOException {
    Path start = file.equals(root) ? root.getParent() : root;
    Path relative = start.relativize(file);
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(start)) {
      return folder instanceof SecureDirectoryStream<Path> secure
          ? open(secure, relative)
          : openAndCompare(file);
    }
  }

  private static SeekableByteChannel open(SecureDirectoryStream<Path> folder, Path relative)
      throws RefusedException, IOException {
    Path first = relative.getName(0);
    BasicFileAttributes attributes =
        folder
            .getFileAttributeView(first, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (relative.getNameCount() == 1) {
      requireRegular(attributes);
      return folder.newByteChannel(first, READ);
    }
    if (!attributes.isDirectory()) {
      throw irregular();
    }
    try (SecureDirectoryStream<Path> next =
        folder.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
      return open(next, relative.subpath(1, relative.getNameCount()));
    }
  }

  private static SeekableByteChannel openAndCompare(Path file)
      throws RefusedException, IOException {
    requireRegular(
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    SeekableByteChannel channel = Files.newByteChannel(file, READ);
    if (!file.toRealPath().equals(file)) {
      channel.close();
      throw irregular();
    }
    return channel;
  }

  private static void requireRegular(BasicFileAttributes attributes) throws RefusedException {
    if (!attributes.isRegularFile()) {
      throw irregular();
    }
  }

  private static RefusedException irregular() {
    return new RefusedException(Refused.Reason.NOT_ALLOWED, "it is not a regular file");
  }
}
