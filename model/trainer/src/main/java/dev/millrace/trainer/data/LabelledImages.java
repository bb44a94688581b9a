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
  static final int LEAST_CLASSES = 2;

  /**
   * Validates the number of classes and copies the list.
   *
   * @param labels the classes' names, in the order of their indices
   * @param images the images, in an order that depends only on their keys
   * @throws TrainingException if there are fewer than two classes
   */
  public LabelledImages {
    images = List.copyOf(images);
    if (labels.size() < LEAST_CLASSES) {
      throw new TrainingException(
          "there is only one class, " + labels.names() + "; give at least two");
    }
  }
}
