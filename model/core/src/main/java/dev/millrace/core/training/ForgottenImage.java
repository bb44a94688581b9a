package dev.millrace.core.training;

import java.util.List;
import java.util.OptionalInt;

/**
 * An image that was removed from a trainer's replay (the folder of labelled images for later
 * rounds).
 *
 * @param key the image's key
 * @param held whether the replay held the image; false if the image was evicted earlier
 * @param trainedAfter number of the newest version that existed before the first training on an
 *     image with this key, or 0 if no version existed. Every later version of this trainer may
 *     depend on the image. Empty if no training step has seen the image
 * @param copies keys of images that the replay still holds, and that are equal to an image with
 *     this key
 */
public record ForgottenImage(
    String key, boolean held, OptionalInt trainedAfter, List<String> copies) {

  /**
   * Copies the list.
   *
   * @param key the image's key
   * @param held whether the replay held the image
   * @param trainedAfter number of the newest version before the first training on the image
   * @param copies keys of equal images
   */
  public ForgottenImage {
    copies = List.copyOf(copies);
  }
}
