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
   * @param heldOut share of the images, between 0 and 1, that are held out, which means that no
   *     training step sees them. The hash of an image's name decides whether the image is held out
   */
  record Folder(Path folder, double heldOut) implements TrainingData {
    /**
     * Validates the share.
     *
     * @param folder the folder that holds the class folders
     * @param heldOut share of the images that no training step sees
     * @throws IllegalArgumentException if the share is not between 0 and 1
     */
    public Folder {
      requireShare(heldOut);
    }
  }

  /**
   * Images from one topic and labels from another. An image and its label have the same key. The
   * training runs in rounds until it is stopped. Each round trains on the labelled images that have
   * arrived so far.
   *
   * @param images topic of encoded images
   * @param labels topic of class names
   * @param events how the events of images are read: keys and values of the event formats; no entry
   *     for the defaults
   * @param broker access to the broker that holds the topics
   * @param replay folder that stores labelled images for later rounds
   * @param capacity the largest number of images in the {@code replay} folder
   * @param everyLabels number of new labels after which the next round begins
   * @param everyTime waiting time after the last round. When it is over, the next round begins as
   *     soon as there is at least one new label
   * @param heldOut share of the images, between 0 and 1, that are held out, which means that no
   *     training step sees them. The hash of an image's key decides whether the image is held out
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
      double heldOut)
      implements TrainingData {
    /**
     * Validates the values.
     *
     * @param images topic of encoded images
     * @param labels topic of class names
     * @param events how the events of images are read; no entry for the defaults
     * @param broker access to the broker that holds the topics
     * @param replay folder that stores labelled images for later rounds
     * @param capacity the largest number of images in the {@code replay} folder
     * @param everyLabels number of new labels after which the next round begins
     * @param everyTime waiting time after the last round
     * @param heldOut share of the images that no training step sees
     * @throws IllegalArgumentException if a value is out of range or both topics are the same; the
     *     message names the option
     */
    public Topics {
      events = Map.copyOf(events);
      Objects.requireNonNull(broker, "broker");
      requireShare(heldOut);
      if (images.equals(labels)) {
        throw new IllegalArgumentException(
            "labels-topic: '" + labels + "' is the topic of the images; name another topic");
      }
      if (everyLabels < 1) {
        throw new IllegalArgumentException("every-labels: " + everyLabels + " must be at least 1");
      }
      if (capacity < 1) {
        throw new IllegalArgumentException("replay-images: " + capacity + " must be at least 1");
      }
    }
  }

  /** {@return the share of the images that no training step sees, between 0 and 1} */
  double heldOut();

  private static void requireShare(double heldOut) {
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException("held-out: " + heldOut + " is not between 0 and 1");
    }
  }
}
