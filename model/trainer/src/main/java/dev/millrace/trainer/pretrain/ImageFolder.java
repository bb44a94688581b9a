package dev.millrace.trainer.pretrain;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.VisibleFiles;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Finds all images below a folder. An image's key is its path below the folder. If all images lie
 * in subfolders, and there are at least two subfolders, each subfolder is a class.
 */
public final class ImageFolder {

  private static final int LEAST_CLASSES = 2;

  private ImageFolder() {}

  /**
   * Finds the images, and reads each of them once. Hidden files and folders are skipped.
   *
   * @param folder the folder
   * @param stop called before each image is read; if it returns true, the search stops
   * @return the images, or empty if the search was stopped
   * @throws TrainingException if there is no image, or the folder cannot be read
   */
  public static Optional<UnlabelledImages> find(Path folder, BooleanSupplier stop) {
    try {
      List<Path> names =
          VisibleFiles.below(folder, file -> true, skipped -> {}).stream()
              .map(folder::relativize)
              .sorted()
              .toList();
      if (names.isEmpty()) {
        throw new TrainingException(
            "there is no image in " + folder + "; name a folder of images", Setting.DATA);
      }
      List<String> classes = classes(names);
      List<LabelledImage> images = new ArrayList<>();
      for (Path name : names) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        images.add(image(folder, name, classes));
      }
      return Optional.of(new UnlabelledImages(images, classes));
    } catch (IOException e) {
      throw new TrainingException(
          "cannot read the images in " + folder + " (" + e + "); check that it exists", e);
    }
  }

  private static List<String> classes(List<Path> names) {
    if (names.stream().anyMatch(name -> name.getNameCount() == 1)) {
      return List.of();
    }
    List<String> folders = names.stream().map(ImageFolder::first).distinct().sorted().toList();
    return folders.size() < LEAST_CLASSES ? List.of() : folders;
  }

  private static String first(Path name) {
    return name.getName(0).toString();
  }

  private static LabelledImage image(Path folder, Path name, List<String> classes)
      throws IOException {
    Path file = folder.resolve(name);
    return new LabelledImage(
        name.toString().replace('\\', '/'),
        Math.max(0, classes.indexOf(first(name))),
        Sha256.of(file),
        Part.TRAINING,
        () -> WholeFile.read(file));
  }
}
