package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Finds files below a folder. Files and folders whose names begin with a dot are hidden. */
public final class VisibleFiles {

  private VisibleFiles() {}

  /**
   * {@return the regular files in a folder and in its subfolders} Hidden files, and all files in
   * hidden subfolders, are skipped. The folder itself may be hidden. Links are followed, except a
   * link that leads back to a folder above it.
   *
   * @param folder the folder
   * @param wanted returns whether a file is wanted; other files are skipped
   * @param complaints receives a line for each skipped link that leads to a folder above it, and
   *     for each wanted file that is not a regular file
   * @throws IOException if a folder cannot be read
   */
  public static List<Path> below(Path folder, Predicate<Path> wanted, Consumer<String> complaints)
      throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path child, BasicFileAttributes attributes) {
            return isHidden(child) && !child.equals(folder)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!isHidden(file) && wanted.test(file)) {
              if (attributes.isRegularFile()) {
                files.add(file);
              } else {
                complaints.accept(file + " is skipped: it is not a regular file");
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
            if (!(e instanceof FileSystemLoopException)) {
              throw e;
            }
            complaints.accept(path + " is skipped: the link leads back to a folder above it");
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** {@return whether the name of a file or folder begins with a dot} */
  public static boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }
}
