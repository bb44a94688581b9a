package dev.millrace.trainer.gate;

import dev.millrace.core.runtime.ModelSession;
import dev.millrace.trainer.data.EvaluationSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Tells for each image of a set whether a version classifies it correctly.
 *
 * @param right one value per image, in the order of the set: whether the version classifies the
 *     image correctly
 */
record Answers(boolean[] right) {

  /** Classifies all images of a set with a session. */
  static Answers of(ModelSession session, EvaluationSet images) {
    boolean[] right = new boolean[images.size()];
    int[] done = {0};
    images.forEachBatch(
        batch -> {
          FloatBuffer probabilities =
              ByteBuffer.allocateDirect(batch.size() * session.classes() * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          session.run(batch.pixels(), batch.size(), probabilities);
          for (int i = 0; i < batch.size(); i++) {
            right[done[0]++] =
                batch.labels()[i]
                    == largest(probabilities.slice(i * session.classes(), session.classes()));
          }
        });
    return new Answers(right);
  }

  /** {@return the answers of a classifier that gives each image the most frequent class} */
  static Answers ofMostFrequentClass(EvaluationSet images) {
    int[] labels = images.labels();
    int[] count = new int[Arrays.stream(labels).max().orElse(0) + 1];
    int most = 0;
    for (int label : labels) {
      count[label]++;
      most = count[label] > count[most] ? label : most;
    }
    boolean[] right = new boolean[labels.length];
    for (int i = 0; i < right.length; i++) {
      right[i] = labels[i] == most;
    }
    return new Answers(right);
  }

  /**
   * {@return the answers for the images of the first {@code classes} classes}
   *
   * @param labels the index of each image's class
   * @param classes number of classes to keep
   */
  Answers toClasses(int[] labels, int classes) {
    boolean[] kept = new boolean[right.length];
    int count = 0;
    for (int i = 0; i < right.length; i++) {
      if (labels[i] < classes) {
        kept[count++] = right[i];
      }
    }
    return new Answers(Arrays.copyOf(kept, count));
  }

  private static int largest(FloatBuffer values) {
    int largest = 0;
    for (int i = 1; i < values.limit(); i++) {
      largest = values.get(i) > values.get(largest) ? i : largest;
    }
    return largest;
  }

  int size() {
    return right.length;
  }

  /**
   * {@return the share of the images that are classified correctly, from 0 to 1; 0 if there are no
   * images}
   */
  double accuracy() {
    return size() == 0 ? 0 : (double) rightOnes() / size();
  }

  /** {@return the number of images that are classified correctly} */
  int rightOnes() {
    return count(right);
  }

  /**
   * {@return the number of images that this version classifies correctly and the other version does
   * not}
   */
  int notIn(Answers other) {
    boolean[] gained = new boolean[size()];
    for (int i = 0; i < gained.length; i++) {
      gained[i] = right[i] && !other.right[i];
    }
    return count(gained);
  }

  private static int count(boolean[] values) {
    int count = 0;
    for (boolean value : values) {
      count += value ? 1 : 0;
    }
    return count;
  }
}
