package dev.millrace.core.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** The source of training images. */
public sealed interface TrainingData {

  /**
   * A folder with one subfolder per class.
   *
   * @param folder the folder that holds the class folders
   * @param heldOut share of the images that no training step sees, between 0 and 1; a hash of an
   *     image's name decides
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
   * training runs until it is stopped.
   *
   * @param images topic of encoded images
   * @param labels topic of class names
   * @param broker the broker with the topics
   * @param replay folder that keeps labelled images for later rounds
   * @param capacity the largest number of images that the folder keeps
   * @param everyLabels number of new labels after which a round begins
   * @param everyTime time after the last round; after this time the next round begins if there is a
   *     new label
   * @param heldOut share of the images that no training step sees, between 0 and 1; a hash of an
   *     image's key decides
   */
  record Topics(
      String images,
      String labels,
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
     * @param broker the broker with the topics
     * @param replay folder that keeps labelled images for later rounds
     * @param capacity the largest number of images that the folder keeps
     * @param everyLabels number of new labels after which a round begins
     * @param everyTime time after the last round
     * @param heldOut share of the images that no training step sees
     * @throws IllegalArgumentException if a value is out of range or both topics are the same; the
     *     message names the key
     */
    public Topics {
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
