package dev.millrace.service.command.evaluate;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.images.ImageFile;
import dev.millrace.service.command.images.ImageFiles;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Images in folders that stand for their classes: {@code DIR/cat/1.jpg}.
 *
 * @param labels the names of the classes
 * @param files the images
 * @param classes the index of each image's class
 */
public record LabelledFiles(Labels labels, List<Path> files, List<Integer> classes) {

  /**
   * Finds the images.
   *
   * @param folder the folder that holds one folder for each class
   * @param labels the names of the classes
   * @param folders the folders that stand for the classes
   * @param ignoreUnknown whether to skip folders that stand for no class, instead of failing
   * @param complaints receives a line about each skipped file or folder
   * @return the images; at least one
   * @throws IOException if a folder cannot be read
   * @throws CommandException if there is no image, or if a folder stands for no class or for
   *     several; the message names the folder
   */
  static LabelledFiles find(
      Path folder,
      Labels labels,
      ClassFolders folders,
      boolean ignoreUnknown,
      Consumer<String> complaints)
      throws IOException {
    List<Path> files = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    Set<String> unknown = new TreeSet<>();
    for (ImageFile file : ImageFiles.find(List.of(folder), false, complaints)) {
      String id = file.id();
      String of = id.substring(0, Math.max(0, id.lastIndexOf('/')));
      Optional<Integer> found = folders.find(of);
      if (found.isPresent()) {
        files.add(file.path());
        classes.add(found.get());
      } else {
        unknown.add(of);
      }
    }
    if (!unknown.isEmpty() && !ignoreUnknown) {
      throw new CommandException(refusal(folder, unknown));
    }
    unknown.forEach(name -> complaints.accept(words(folder, name) + " and is ignored"));
    if (files.isEmpty()) {
      throw new CommandException(
          "no folder in " + folder + " is a class of the model, such as " + labels.get(0));
    }
    return new LabelledFiles(labels, files, classes);
  }

  /**
   * {@return the index of each image's class in a model with these labels}
   *
   * @param others the names of the model's classes, which include the classes of all images
   * @throws CommandException if the model has other labels, and two of the model's classes have the
   *     name of an image's class
   */
  List<Integer> classesIn(Labels others) {
    if (others.equals(labels)) {
      return classes;
    }
    return classes.stream().map(index -> only(labels.get(index), others)).toList();
  }

  private static int only(String name, Labels labels) {
    int index = labels.names().indexOf(name);
    if (index != labels.names().lastIndexOf(name)) {
      throw new CommandException(
          "two classes of a version have the name "
              + name
              + "; import the model with labels that differ");
    }
    return index;
  }

  /**
   * {@return the images whose files are in the set}
   *
   * @param kept the files
   */
  public LabelledFiles only(Set<Path> kept) {
    int[] indices =
        IntStream.range(0, files.size()).filter(i -> kept.contains(files.get(i))).toArray();
    return new LabelledFiles(
        labels,
        IntStream.of(indices).mapToObj(files::get).toList(),
        IntStream.of(indices).mapToObj(classes::get).toList());
  }

  private static String refusal(Path folder, Set<String> unknown) {
    String others =
        unknown.size() == 1 ? "" : " (and so are " + (unknown.size() - 1) + " other folders)";
    return words(folder, unknown.iterator().next())
        + others
        + "; rename it to its class, give the names of the folders with --classes, or leave it out"
        + " with --ignore-unknown";
  }

  private static String words(Path folder, String name) {
    return name.isEmpty()
        ? "the images in " + folder + " itself are in no folder that is a class"
        : "the folder " + folder.resolve(name) + " is not a class of the model";
  }
}
