package dev.millrace.trainer.pretrain;

import dev.millrace.core.files.Sha256;
import dev.millrace.trainer.data.LabelledImage;
import java.util.Arrays;
import java.util.List;

/**
 * Images to train an encoder on.
 *
 * @param images the images, in an order that depends only on their keys. A label is an index in
 *     {@code classes}, or 0 if there are no classes
 * @param classes names of the classes with which the encoder is evaluated; empty if the images have
 *     no classes
 */
public record UnlabelledImages(List<LabelledImage> images, List<String> classes) {

  /**
   * Copies the lists.
   *
   * @param images the images
   * @param classes names of the classes; empty if the images have none
   */
  public UnlabelledImages {
    images = List.copyOf(images);
    classes = List.copyOf(classes);
  }

  /** {@return a fingerprint of the images and their keys: 64 lower-case hexadecimal digits} */
  String digest() {
    StringBuilder all = new StringBuilder();
    for (LabelledImage image : images) {
      all.append(image.content()).append(' ').append(image.key()).append('\n');
    }
    return Sha256.of(all.toString());
  }

  /** {@return the number of images of each class, or of all images if there are no classes} */
  List<Integer> counts() {
    int[] counts = new int[Math.max(1, classes.size())];
    images.forEach(image -> counts[image.label()]++);
    return Arrays.stream(counts).boxed().toList();
  }
}
