package dev.millrace.trainer.data;

import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingException;
import java.util.List;

/**
 * Images of at least two classes.
 *
 * @param labels the classes' names, in the order of their indices
 * @param images the images, in an order that depends only on their keys
 */
public record LabelledImages(Labels labels, List<LabelledImage> images) {

  /** A classifier needs at least two classes. */
  private static final int LEAST_CLASSES = 2;

  /**
   * Validates the classes and copies the list.
   *
   * @param labels the classes' names, in the order of their indices
   * @param images the images, in an order that depends only on their keys
   * @throws TrainingException if there are fewer than two classes, or a class has no image
   */
  public LabelledImages {
    images = List.copyOf(images);
    if (labels.size() < LEAST_CLASSES) {
      throw new TrainingException(
          "there is only one class, " + labels.names() + "; give at least two");
    }
    int[] count = new int[labels.size()];
    images.forEach(image -> count[image.label()]++);
    for (int i = 0; i < count.length; i++) {
      if (count[i] == 0) {
        throw new TrainingException(
            "class '" + labels.get(i) + "' has no image; add images, or remove the class");
      }
    }
  }
}
