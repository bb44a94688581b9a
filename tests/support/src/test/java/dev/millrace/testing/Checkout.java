package dev.millrace.testing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The files of the checkout, without what the build and the commands write. */
final class Checkout {

  static final Path ROOT =
      Path.of(System.getProperty("millrace.root", "../..")).toAbsolutePath().normalize();

  private static final List<String> WRITTEN = List.of("target", "millrace-data", "node_modules");

  private Checkout() {}

  /** Returns the text of a file. */
  static String text(String name) throws IOException {
    return Files.readString(ROOT.resolve(name));
  }

  /** Returns the files whose names end with {@code ending}, except those in hidden folders. */
  static List<Path> files(String ending) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean passed =
                !folder.equals(ROOT) && (name.startsWith(".") || WRITTEN.contains(name));
            return passed ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.getFileName().toString().endsWith(ending)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
