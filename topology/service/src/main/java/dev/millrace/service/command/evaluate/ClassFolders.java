package dev.millrace.service.command.evaluate;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.labels.ClassNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The folders that stand for the classes of a model. If the name of a class contains slashes, the
 * name is the path of a nested folder. A slash at the start or the end of a name is ignored.
 */
public final class ClassFolders {

  private final Labels labels;
  private final Map<String, Set<Integer>> classes = new HashMap<>();

  private ClassFolders(Labels labels) {
    this.labels = labels;
  }

  /**
   * {@return the folders that have the names of the classes}
   *
   * @param labels the names of the classes
   */
  public static ClassFolders of(Labels labels) {
    ClassFolders folders = new ClassFolders(labels);
    folders.add(labels.names());
    return folders;
  }

  /**
   * {@return the folders that a file names} If the file has a second name for each class, such as
   * the WordNet number, a folder may have either name.
   *
   * @param labels the names of the classes
   * @param names a name for each class, in the order of the labels
   * @throws CommandException if the number of classes in the file differs from the model's
   */
  public static ClassFolders of(Labels labels, ClassNames names) {
    if (names.labels().size() != labels.size()) {
      throw new CommandException(
          "--classes names "
              + names.labels().size()
              + " classes (read as "
              + names.form()
              + "), but the model has "
              + labels.size()
              + "; give a name for each class, in the order of the model's outputs");
    }
    ClassFolders folders = new ClassFolders(labels);
    folders.add(names.labels().names());
    folders.add(names.ids());
    return folders;
  }

  private void add(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      String folder = names.get(i).replaceAll("^/+|/+$", "");
      if (!folder.isEmpty()) {
        classes.computeIfAbsent(folder, key -> new TreeSet<>()).add(i);
      }
    }
  }

  /** Keeps only the classes that another model has, too. */
  void retain(Labels others) {
    Set<String> names = Set.copyOf(others.names());
    classes.values().forEach(each -> each.removeIf(index -> !names.contains(labels.get(index))));
    classes.values().removeIf(Set::isEmpty);
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("the two versions have no class in common");
    }
  }

  /**
   * Finds the class of an image. If several of the folders that contain the image stand for
   * classes, the innermost folder decides.
   *
   * @param folder the path of the image's folder, with {@code /} as separator
   * @return the index of the class, or empty if no folder stands for a class
   * @throws CommandException if several classes have the name of the folder that decides
   */
  public Optional<Integer> find(String folder) {
    String path = folder;
    while (!classes.containsKey(path)) {
      int slash = path.lastIndexOf('/');
      if (slash < 0) {
        return Optional.empty();
      }
      path = path.substring(0, slash);
    }
    Set<Integer> found = classes.get(path);
    if (found.size() > 1) {
      throw new CommandException(
          "the folder "
              + path
              + " has the name of the classes "
              + found
              + "; import the model with different labels for these classes, or name the folders"
              + " with --classes");
    }
    return Optional.of(found.iterator().next());
  }
}
