package dev.millrace.trainer.data;

import dev.millrace.core.model.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The classes and images that were selected for a training.
 *
 * @param classes the names of the classes, in the order of their indices
 * @param images the images of these classes
 * @param parts the part of each image, by content
 * @param notes notes about everything that was left out, with the reasons; each note is one line
 * @param lack the reason why no training on these images can begin, or empty if a training can
 *     begin
 */
public record Selection(
    List<String> classes,
    List<NamedImage> images,
    Map<String, Part> parts,
    List<String> notes,
    Optional<String> lack) {

  /**
   * {@return the images with the indices of their classes}
   *
   * @throws dev.millrace.core.training.TrainingException if there are fewer than two classes
   */
  public LabelledImages labelled() {
    Map<String, Integer> indices = new HashMap<>();
    classes.forEach(name -> indices.put(name, indices.size()));
    return new LabelledImages(
        new Labels(classes),
        images.stream()
            .map(
                image ->
                    new LabelledImage(
                        image.key(),
                        indices.get(image.name()),
                        image.content(),
                        parts.get(image.content()),
                        image.source()))
            .toList());
  }
}
