package dev.millrace.core.training;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The source of images without labels. */
public sealed interface PretrainingData {

  /**
   * A folder of images. If all images are in subfolders, and there are at least two subfolders, the
   * names of the subfolders serve as classes. The classes are used to evaluate the encoder, but not
   * to train it.
   *
   * @param folder the folder
   */
  record Folder(Path folder) implements PretrainingData {}

  /**
   * The newest images of a topic, at the time when the pre-training begins. The run's folder keeps
   * copies of these images.
   *
   * @param images topic of encoded images
   * @param events how the events of images are read; no entry for the defaults
   * @param broker access to the broker that holds the topic
   * @param capacity the largest number of images
   */
  record Topic(String images, Map<String, String> events, BrokerAccess broker, int capacity)
      implements PretrainingData {
    /**
     * Validates the values.
     *
     * @param images topic of encoded images
     * @param events how the events of images are read; no entry for the defaults
     * @param broker access to the broker that holds the topic
     * @param capacity the largest number of images
     * @throws IllegalArgumentException if a value is out of range; the message names the option
     */
    public Topic {
      events = Map.copyOf(events);
      Objects.requireNonNull(broker, "broker");
      Range.requirePositive("images", capacity);
    }
  }
}
