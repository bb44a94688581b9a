package dev.millrace.core.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** The source of training images. */
public sealed interface TrainingData {

  /**
   * A folder with one subfolder per class.
   *
   * @param folder the folder that holds the class folders
   * @param split how the images are divided; an image's key is its path below the folder
   * @param classes the rule that decides which class folders become classes
   */
  record Folder(Path folder, Split split, ClassRule classes) implements TrainingData {}

  /**
   * Images from one topic and labels from another. An image and its label have the same key. The
   * training runs in rounds until it is stopped. Each round trains on the labelled images that have
   * arrived so far.
   *
   * @param images topic of encoded images
   * @param labels topic of class names
   * @param events how the events of images are read, as configuration keys and values of the event
   *     formats; empty for the defaults
   * @param broker access to the broker that holds the topics
   * @param replay folder that stores labelled images for later rounds
   * @param capacity the largest number of images in the {@code replay} folder
   * @param everyLabels number of new labels after which the next round begins
   * @param everyTime waiting time after the last round, or after the first start of the training.
   *     After this time, the next round begins as soon as there is at least one new label
   * @param split how the images are divided
   * @param classes which of the labels are classes
   */
  record Topics(
      String images,
      String labels,
      Map<String, String> events,
      BrokerAccess broker,
      Path replay,
      int capacity,
      int everyLabels,
      Duration everyTime,
      Split split,
      ClassRule classes)
      implements TrainingData {
    /**
     * Validates the values.
     *
     * @param images topic of encoded images
     * @param labels topic of class names
     * @param events how the events of images are read; empty for the defaults
     * @param broker access to the broker that holds the topics
     * @param replay folder that stores labelled images for later rounds
     * @param capacity the largest number of images in the {@code replay} folder
     * @param everyLabels number of new labels after which the next round begins
     * @param everyTime waiting time after the last round, at least 0
     * @param split how the images are divided
     * @param classes which of the labels are classes
     * @throws IllegalArgumentException if a value is out of range or both topics are the same; the
     *     message names the option
     */
    public Topics {
      events = Map.copyOf(events);
      Objects.requireNonNull(broker, "broker");
      if (images.equals(labels)) {
        throw new IllegalArgumentException(
            "labels-topic: '" + labels + "' is the topic of the images; name another topic");
      }
      if (everyLabels < 1) {
        throw new IllegalArgumentException("every-labels: " + everyLabels + " must be at least 1");
      }
      if (everyTime.isNegative()) {
        throw new IllegalArgumentException(
            "every-minutes: " + everyTime.toMinutes() + " must be at least 0");
      }
      if (capacity < 1) {
        throw new IllegalArgumentException("replay-images: " + capacity + " must be at least 1");
      }
    }
  }

  /** {@return the rule that divides the images into training images and held-out images} */
  Split split();

  /** {@return the rule that decides which names become classes} */
  ClassRule classes();
}
