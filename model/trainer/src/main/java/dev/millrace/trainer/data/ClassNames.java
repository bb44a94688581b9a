package dev.millrace.trainer.data;

import dev.millrace.core.model.Labels;
import dev.millrace.core.training.ClassRule;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides which names are classes, and reports the names that are not. */
final class ClassNames {

  /** Number of examples in a note. */
  private static final int SHOWN = 5;

  /** Number of characters of a name that may be any text, in a note. */
  private static final int SHOWN_CHARACTERS = 40;

  /** Number of characters of a key in a note. */
  private static final int KEY_CHARACTERS = 200;

  private final ClassRule rule;
  private final Collection<String> known;

  /**
   * @param known the names that are classes regardless of their number of images
   */
  ClassNames(ClassRule rule, Collection<String> known) {
    this.rule = rule;
    this.known = known;
  }

  /**
   * {@return the names that are classes} Unless the classes are fixed, known names come first.
   *
   * @param notes receives a line about the images that are left out
   */
  Set<String> of(FoundImages found, List<String> notes) {
    return rule.fixed().isPresent()
        ? fixed(rule.fixed().get().names(), found, notes)
        : frequent(found, notes);
  }

  private static Set<String> fixed(List<String> names, FoundImages found, List<String> notes) {
    Set<String> classes = new LinkedHashSet<>(names);
    List<String> unknown =
        found.images().stream()
            .filter(image -> !classes.contains(image.name()))
            .map(ClassNames::labelled)
            .toList();
    if (!unknown.isEmpty()) {
      notes.add(
          unknown.size()
              + " images are left out, because the file of classes does not list their class: "
              + some(unknown));
    }
    return classes;
  }

  private Set<String> frequent(FoundImages found, List<String> notes) {
    Map<String, Set<String>> different = new HashMap<>();
    found
        .images()
        .forEach(
            image ->
                different
                    .computeIfAbsent(image.name(), name -> new HashSet<>())
                    .add(image.content()));
    Set<String> classes = new LinkedHashSet<>(known);
    classes.addAll(found.names());
    leaveOutInvalid(classes, different, notes);
    Map<Boolean, List<String>> enough =
        classes.stream()
            .collect(
                Collectors.partitioningBy(
                    name -> known.contains(name) || count(different, name) >= rule.minImages()));
    List<String> rare =
        enough.get(false).stream()
            .map(name -> "'" + name + "' (" + count(different, name) + ")")
            .toList();
    if (!rare.isEmpty()) {
      notes.add(
          "left out: classes with fewer than "
              + rule.minImages()
              + " different images: "
              + some(rare));
    }
    return new LinkedHashSet<>(enough.get(true));
  }

  /** Removes the names that {@link Labels} does not accept. A label of a topic may be any text. */
  private static void leaveOutInvalid(
      Set<String> classes, Map<String, Set<String>> different, List<String> notes) {
    List<String> invalid = classes.stream().filter(name -> !Labels.isValid(name)).toList();
    if (!invalid.isEmpty()) {
      invalid.forEach(classes::remove);
      notes.add(
          "left out: labels that are blank, hold control characters or have more than "
              + Labels.MAX_CHARACTERS
              + " characters: "
              + some(
                  invalid.stream()
                      .map(name -> shown(name) + " (" + count(different, name) + ")")
                      .toList()));
    }
  }

  /** {@return a text that says which label an image has} */
  static String labelled(NamedImage image) {
    return shownKey(image.key()) + " is " + shown(image.name());
  }

  /** {@return an image's key in quotes, as one short plain line} */
  static String shownKey(String key) {
    return shown(key, KEY_CHARACTERS);
  }

  private static String shown(String name) {
    return shown(name, SHOWN_CHARACTERS);
  }

  private static String shown(String text, int most) {
    String plain = text.replaceAll("\\p{Cc}", " ");
    return plain.length() <= most ? "'" + plain + "'" : "'" + plain.substring(0, most) + "…'";
  }

  private static int count(Map<String, Set<String>> different, String name) {
    return different.getOrDefault(name, Set.of()).size();
  }

  /** {@return a text with the first items and the number of the remaining items} */
  static String some(Collection<String> items) {
    String first = items.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return items.size() <= SHOWN ? first : first + " and " + (items.size() - SHOWN) + " more";
  }
}
