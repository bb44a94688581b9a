package dev.millrace.service.command.evaluate;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.images.ImageFile;
import dev.millrace.service.command.images.ImageFiles;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Images in folders that are named after their classes: {@code DIR/cat/1.jpg}.
 *
 * @param files the images
 * @param truths the name of each image's class
 */
public record LabelledImages(List<Path> files, List<String> truths) {

  /**
   * Finds the images.
   *
   * @param folder the folder that holds one folder for each class
   * @param labels the names of the classes
   * @param ignoreUnknown whether to skip folders that are no class, instead of failing
   * @param complaints receives a line about each skipped file or folder
   * @return the images; at least one
   * @throws IOException if a folder cannot be read
   * @throws CommandException if there is no image, or a folder is no class; the message names the
   *     folder
   */
  public static LabelledImages find(
      Path folder, Labels labels, boolean ignoreUnknown, Consumer<String> complaints)
      throws IOException {
    List<Path> files = new ArrayList<>();
    List<String> truths = new ArrayList<>();
    Set<String> classes = Set.copyOf(labels.names());
    Set<String> unknown = new TreeSet<>();
    for (ImageFile file : ImageFiles.find(List.of(folder), false, complaints)) {
      String id = file.id();
      int slash = id.indexOf('/');
      String truth = slash < 0 ? "" : id.substring(0, slash);
      if (classes.contains(truth)) {
        files.add(file.path());
        truths.add(truth);
      } else {
        unknown.add(truth);
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
    requireUnique(labels, truths);
    return new LabelledImages(files, truths);
  }

  /** {@return the images whose files are in the set} */
  public LabelledImages only(Set<Path> kept) {
    int[] indices =
        IntStream.range(0, files.size()).filter(i -> kept.contains(files.get(i))).toArray();
    return new LabelledImages(
        IntStream.of(indices).mapToObj(files::get).toList(),
        IntStream.of(indices).mapToObj(truths::get).toList());
  }

  private static String refusal(Path folder, Set<String> unknown) {
    String others =
        unknown.size() == 1 ? "" : " (and so are " + (unknown.size() - 1) + " other folders)";
    return words(folder, unknown.iterator().next())
        + others
        + "; rename it to its class, or leave it out with --ignore-unknown";
  }

  private static String words(Path folder, String name) {
    return name.isEmpty()
        ? "the images in " + folder + " itself are in no folder that is a class"
        : "the folder " + folder.resolve(name) + " is no class of the model";
  }

  private static void requireUnique(Labels labels, List<String> truths) {
    for (String truth : new TreeSet<>(truths)) {
      List<Integer> indices =
          IntStream.range(0, labels.size())
              .filter(index -> labels.get(index).equals(truth))
              .boxed()
              .toList();
      if (indices.size() > 1) {
        throw new CommandException(
            "the folder "
                + truth
                + " is the name of the classes "
                + indices
                + "; import the model with labels that differ");
      }
    }
  }
}
