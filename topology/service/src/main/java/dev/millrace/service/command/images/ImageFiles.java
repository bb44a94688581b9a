package dev.millrace.service.command.images;

import dev.millrace.core.files.VisibleFiles;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Finds image files in the paths that the user names. */
public final class ImageFiles {

  private ImageFiles() {}

  /**
   * Returns the named files, and all files in the named folders and their subfolders. The files of
   * each folder are sorted by their ids. Hidden files and folders, whose names begin with a dot,
   * are skipped unless the user names them. Links are followed.
   *
   * @param paths the files and folders that the user names
   * @param all whether to also return files that do not have the file name extension of an image
   * @param complaints receives a line for each skipped link that leads to a folder above it, and
   *     for each skipped pipe or device
   * @return the files; at least one
   * @throws IOException if a folder cannot be read
   * @throws CommandException if a path does not exist or is a pipe or a device, or no file is found
   */
  public static List<ImageFile> find(List<Path> paths, boolean all, Consumer<String> complaints)
      throws IOException {
    List<ImageFile> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(within(path, all, complaints));
      } else if (Files.isRegularFile(path)) {
        Path file = path.toAbsolutePath().normalize();
        files.add(new ImageFile(file.getParent(), file));
      } else if (Files.exists(path)) {
        throw new CommandException(
            path + " is a pipe or a device, which may never end; name files or folders");
      } else {
        throw new CommandException("there is no file or folder " + path);
      }
    }
    if (files.isEmpty()) {
      throw new CommandException(
          "no images in "
              + String.join(", ", paths.stream().map(Path::toString).toList())
              + (all ? "" : " (jpg, jpeg, png, gif, bmp, webp, tif, tiff)"));
    }
    return files;
  }

  private static List<ImageFile> within(Path folder, boolean all, Consumer<String> complaints)
      throws IOException {
    List<ImageFile> files = new ArrayList<>();
    for (Path path :
        VisibleFiles.below(
            folder, path -> all || new ImageFile(folder, path).isImage(), complaints)) {
      files.add(new ImageFile(folder, path));
    }
    files.sort(Comparator.comparing(ImageFile::id));
    return files;
  }
}
