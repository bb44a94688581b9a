package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.OtherSplitException;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Selects the classes and images of a training: decides which names are classes, in which order,
 * and divides the images into parts. Confined to one thread.
 */
public final class Selector {

  private final ClassRule rule;
  private final Split split;
  private final SplitFile file;
  private final boolean isFolder;

  /**
   * Creates a selector.
   *
   * @param data the rule for classes, and the division of images
   * @param run the run's folder, which stores the division
   */
  public Selector(TrainingData data, Path run) {
    this.rule = data.classes();
    this.split = data.split();
    this.file = new SplitFile(run);
    this.isFolder = data instanceof TrainingData.Folder;
  }

  /** {@return whether an earlier training in the run's folder has divided images} */
  public boolean hasDivided() {
    return file.exists();
  }

  /**
   * Requires that no earlier training in the run's folder divided images by another split.
   *
   * @throws OtherSplitException if the images were divided by another split
   */
  public void requireSameSplit() {
    var unused = file.read(split);
  }

  /**
   * Selects classes and images. Classes with an index come first, in the order of their indices.
   * Other classes follow in alphabetical order. Fixed classes keep their own order.
   *
   * @param found all images
   * @param indexed names of the classes that have an index, in the order of their indices
   * @param keepIndexed whether classes that have an index are selected even if they have few images
   *     or none; fixed classes are selected in any case
   * @return the selection
   * @throws OtherSplitException if the images were divided by another split
   */
  public Selection select(FoundImages found, List<String> indexed, boolean keepIndexed) {
    List<String> notes = new ArrayList<>();
    Set<String> kept = keepIndexed ? Set.copyOf(indexed) : Set.of();
    Set<String> names = new ClassNames(rule, kept).of(found, notes);
    Parts before = file.read(split);
    Map<String, Part> parts;
    int classes;
    do { // A class that is left out must not influence the division.
      classes = names.size();
      parts = new Division(split, before).of(imagesOf(names, found));
      dropIncomplete(names, kept, found, parts, notes);
    } while (names.size() < classes);
    noteIncomplete(names, found, parts, notes);
    List<NamedImage> images = imagesOf(names, found);
    noteContradictions(images, notes);
    return new Selection(
        ordered(names, indexed), images, parts, notes, lack(names, kept, images, parts));
  }

  /**
   * Stores the parts of the selected images and of their groups. In later selections, these images
   * and all images of these groups keep their parts.
   *
   * @param selection the selection that the training uses
   * @param newest number of the model's newest version, or 0; every later version may depend on the
   *     selected training images
   */
  public void keep(Selection selection, int newest) {
    Map<String, Part> used = new LinkedHashMap<>();
    Map<String, Part> groups = new LinkedHashMap<>();
    for (NamedImage image : selection.images()) {
      Part part = selection.parts().get(image.content());
      used.put(image.content(), part);
      split.groupOf(image.key()).ifPresent(group -> groups.put(Sha256.of(group), part));
    }
    file.write(split, new Parts(used, groups), newest);
  }

  /**
   * {@return the number of the model's newest version when the first training on one of the images
   * began, or empty if no training step has seen any of them}
   *
   * @param run the run's folder
   * @param contents SHA-256 of each image file's bytes, in hexadecimal
   */
  public static OptionalInt trainedAfter(Path run, Set<String> contents) {
    return new SplitFile(run).trainedAfter(contents);
  }

  private static List<NamedImage> imagesOf(Set<String> names, FoundImages found) {
    return found.images().stream().filter(image -> names.contains(image.name())).toList();
  }

  private static Set<String> names(List<NamedImage> images) {
    return images.stream().map(NamedImage::name).collect(Collectors.toSet());
  }

  private static Set<String> without(
      Part part, Set<String> names, List<NamedImage> images, Map<String, Part> parts) {
    Set<String> without = new LinkedHashSet<>(names);
    images.stream()
        .filter(image -> parts.get(image.content()) == part)
        .forEach(image -> without.remove(image.name()));
    return without;
  }

  /**
   * Removes the classes that lack an image in a part. Does nothing if the classes are fixed.
   *
   * @param kept the classes that are never removed
   */
  private void dropIncomplete(
      Set<String> names,
      Set<String> kept,
      FoundImages found,
      Map<String, Part> parts,
      List<String> notes) {
    if (rule.fixed().isPresent()) {
      return;
    }
    for (Part part : Part.values()) {
      Set<String> dropped = without(part, names, found.images(), parts);
      dropped.removeAll(kept);
      names.removeAll(dropped);
      String few = split.group().isPresent() ? "images or groups to " : "images to ";
      note("left out: classes with too few different " + few, part, dropped, "", notes);
    }
  }

  private void noteIncomplete(
      Set<String> names, FoundImages found, Map<String, Part> parts, List<String> notes) {
    for (Part part : Part.values()) {
      note(
          "classes without an image to ",
          part,
          without(part, names, found.images(), parts),
          part == Part.TRAINING ? unlearned() : "",
          notes);
    }
  }

  /** Notes equal images of different classes, of which at most one can be right. */
  private static void noteContradictions(List<NamedImage> images, List<String> notes) {
    Map<String, Map<String, NamedImage>> byContent = new LinkedHashMap<>();
    images.forEach(
        image ->
            byContent
                .computeIfAbsent(image.content(), content -> new LinkedHashMap<>())
                .putIfAbsent(image.name(), image));
    List<String> contradictions =
        byContent.values().stream()
            .filter(byName -> byName.size() > 1)
            .map(
                byName ->
                    byName.values().stream()
                        .map(ClassNames::labelled)
                        .collect(Collectors.joining(" and ")))
            .toList();
    if (!contradictions.isEmpty()) {
      notes.add(
          "equal images have different classes; remove the wrong ones: "
              + ClassNames.some(contradictions));
    }
  }

  /** {@return the consequence for classes without a training image} */
  private String unlearned() {
    return "; they keep their indices, but the network does not learn them"
        + (rule.fixed().isPresent() ? "" : " (a file of classes can leave them out)");
  }

  private static void note(
      String what, Part part, Set<String> names, String consequence, List<String> notes) {
    if (!names.isEmpty()) {
      notes.add(what + part.use() + ": " + quoted(names) + consequence);
    }
  }

  private static String quoted(Set<String> names) {
    return ClassNames.some(names.stream().map(name -> "'" + name + "'").toList());
  }

  private List<String> ordered(Set<String> names, List<String> indexed) {
    if (rule.fixed().isPresent()) {
      return rule.fixed().get().names();
    }
    Set<String> ordered = new LinkedHashSet<>(indexed);
    ordered.retainAll(names);
    ordered.addAll(new TreeSet<>(names));
    return List.copyOf(ordered);
  }

  /** {@return the reason why no training can begin, or empty if a training can begin} */
  private Optional<String> lack(
      Set<String> names, Set<String> kept, List<NamedImage> images, Map<String, Part> parts) {
    Set<String> untrained = without(Part.TRAINING, names, images, parts);
    Set<String> learned = new LinkedHashSet<>(names);
    learned.removeAll(untrained);
    Set<String> heldOut = new LinkedHashSet<>(untrained);
    heldOut.retainAll(names(images));
    // A training from topics goes on, because the topics may bring further images of the class.
    if (!heldOut.isEmpty() && rule.needsImages() && isFolder) {
      return Optional.of(
          "all images of class "
              + quoted(heldOut)
              + " are held out, so the network would not learn the class; add images of the class,"
              + " or remove all of its images to train without it");
    }
    untrained.removeAll(kept);
    if (!untrained.isEmpty() && rule.needsImages()) {
      return Optional.of("there is no image to train on of class " + quoted(untrained));
    }
    if (learned.size() < LabelledImages.LEAST_CLASSES) {
      return Optional.of(
          learned.isEmpty()
              ? "there is no class to learn"
              : "there is only one class to learn, "
                  + quoted(learned)
                  + ", and a training needs two");
    }
    if (split.group().isPresent()
        && images.stream().allMatch(image -> split.groupOf(image.key()).isEmpty())) {
      return Optional.of(
          "the pattern of groups '"
              + split.group().get()
              + "' matches no image's key, for example not '"
              + images.get(0).key()
              + "'");
    }
    Set<Part> missing = EnumSet.allOf(Part.class);
    images.forEach(image -> missing.remove(parts.get(image.content())));
    return missing.stream().findFirst().map(part -> "there is no image to " + part.use());
  }
}
