package dev.millrace.trainer.data;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

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
}
