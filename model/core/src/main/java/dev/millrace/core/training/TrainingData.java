package dev.millrace.core.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** What is learned from. */
public sealed interface TrainingData {

  /**
   * A folder a class.
   *
   * @param folder of the folders
   * @param heldOut the share of the images, chosen by their names, that no step sees
   */
  record Folder(Path folder, double heldOut) implements TrainingData {
    public Folder {
      requireShare(heldOut);
    }
  }

  /**
   * Labelled events, for ever: images, and labels under the same keys.
   *
   * @param images the topic of encoded images
   * @param labels the topic of their classes' names
   * @param broker the one with the topics
   * @param replay the folder that keeps earlier images
   * @param capacity how many it keeps at most
   * @param everyLabels how many new labels begin a training
   * @param everyTime how long after the last training the next begins, if there is a new label
   * @param heldOut the share of the images, chosen by their keys, that no step sees
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
    public Topics {
      Objects.requireNonNull(broker, "broker");
      requireShare(heldOut);
      if (images.equals(labels)) {
        throw new IllegalArgumentException(
            "labels-topic: '" + labels + "' is that of the images; name another");
      }
      if (everyLabels < 1) {
        throw new IllegalArgumentException("every-labels: " + everyLabels + " is not above 0");
      }
      if (capacity < 1) {
        throw new IllegalArgumentException("replay-images: " + capacity + " is not above 0");
      }
    }
  }

  /** The share of the images that no step sees. */
  double heldOut();

  private static void requireShare(double heldOut) {
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException("held-out: " + heldOut + " is not between 0 and 1");
    }
  }
}
