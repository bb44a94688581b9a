package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Fingerprint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * Images and the names of their classes, before {@link Selector} decides which names become
 * classes.
 *
 * @param names all names; some of them may have no image
 * @param images the images, in an order that depends only on their keys
 */
public record FoundImages(SortedSet<String> names, List<NamedImage> images) {

  /**
   * Copies the list.
   *
   * @param names all names
   * @param images the images
   */
  public FoundImages {
    images = List.copyOf(images);
  }

  /** {@return the images without copies: of equal images with the same name, the first stays} */
  public FoundImages withoutCopies() {
    Set<List<String>> seen = new HashSet<>();
    return new FoundImages(
        names,
        images.stream().filter(image -> seen.add(List.of(image.name(), image.content()))).toList());
  }

  /** {@return the set's fingerprint, in which neither keys nor copies matter} */
  public Fingerprint fingerprint() {
    List<NamedImage> different = withoutCopies().images();
    Map<String, Integer> classes = new HashMap<>();
    different.forEach(image -> classes.merge(image.name(), 1, Integer::sum));
    String all =
        different.stream()
            .map(image -> image.content() + " " + image.name())
            .sorted()
            .collect(Collectors.joining("\n"));
    return new Fingerprint(Sha256.of(all), classes);
  }
}
