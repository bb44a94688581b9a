package dev.millrace.connect.folder;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Lists the files of the watched folder. Links are not followed, because other people may write
 * into the folder, and a link could lead to any file that the worker can read. Files and folders
 * whose names begin with a dot are ignored.
 *
 * @param root the watched folder
 * @param subfolders whether to list files in folders below the watched folder
 * @param patterns selects the files to list
 * @param partitions selects the source partitions whose files are listed
 */
public record FolderScan(
    Path root, boolean subfolders, FilePatterns patterns, IntPredicate partitions) {

  /**
   * The result of one scan.
   *
   * @param files the files, in no particular order
   * @param complete false if a folder could not be read, or if the scan was stopped
   */
  public record Result(List<FolderFile> files, boolean complete) {}

  /**
   * Lists the files.
   *
   * @param passedOver receives links, devices, and files and folders that cannot be read
   * @param stopped if it returns true, the scan ends early
   * @return the files, and whether all of the folder was read
   * @throws IOException if the watched folder itself cannot be read
   */
  public Result run(PassedOver passedOver, BooleanSupplier stopped) throws IOException {
    Visit visit = new Visit(root.toRealPath(), passedOver, stopped);
    Files.walkFileTree(
        visit.realRoot,
        EnumSet.noneOf(java.nio.file.FileVisitOption.class),
        subfolders ? Integer.MAX_VALUE : 1,
        visit);
    return new Result(visit.files, visit.complete);
  }

  private final class Visit implements FileVisitor<Path> {

    private final Path realRoot;
    private final PassedOver passedOver;
    private final BooleanSupplier stopped;
    private final List<FolderFile> files = new ArrayList<>();
    private boolean complete = true;

    Visit(Path realRoot, PassedOver passedOver, BooleanSupplier stopped) {
      this.realRoot = realRoot;
      this.passedOver = passedOver;
      this.stopped = stopped;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return isHidden(folder) && !folder.equals(realRoot)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (stopped.getAsBoolean()) {
        complete = false;
        return FileVisitResult.TERMINATE;
      }
      if (!isHidden(file) && !attributes.isDirectory()) {
        visit(file, attributes);
      }
      return FileVisitResult.CONTINUE;
    }

    private void visit(Path file, BasicFileAttributes attributes) {
      Path path = realRoot.relativize(file);
      if (!isText(path)) {
        passedOver.add(file, "its name is not valid in this worker's encoding; set LC_ALL");
      } else if (patterns.choose(path)) {
        FolderFile found =
            new FolderFile(
                key(path), file, attributes.size(), attributes.lastModifiedTime().toMillis());
        if (!partitions.test(found.partition())) {
          return;
        }
        if (attributes.isRegularFile()) {
          files.add(found);
        } else {
          passedOver.add(file, "it is a link, a pipe or a device");
        }
      }
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
      return failed(path, e);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
      return e == null ? FileVisitResult.CONTINUE : failed(folder, e);
    }

    private FileVisitResult failed(Path path, IOException e) throws IOException {
      if (path.equals(realRoot)) {
        throw e;
      }
      if (!(e instanceof NoSuchFileException)) {
        complete = false;
        passedOver.add(path, "it cannot be read (" + e + ")");
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  /** {@return whether the path can be written as text that names exactly this file} */
  private static boolean isText(Path path) {
    try {
      return path.equals(Path.of(path.toString()));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String key(Path path) {
    return StreamSupport.stream(path.spliterator(), false)
        .map(Path::toString)
        .collect(Collectors.joining("/"));
  }
}
