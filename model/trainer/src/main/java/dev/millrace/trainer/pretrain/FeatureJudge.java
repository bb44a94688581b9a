package dev.millrace.trainer.pretrain;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Pixels;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Measures whether images with similar features have the same class. A fifth of the images is
 * judged, and the neighbours are other images. Equal images count as one image. The encoder was
 * trained on all of these images, but without their classes.
 */
final class FeatureJudge {

  private static final int MOST_JUDGED = 1_000;
  private static final int MOST_NEIGHBOURS = 4_000;
  private static final int PARTS = 5;

  private final EvaluationSet judged;
  private final EvaluationSet known;
  private final int classes;

  private FeatureJudge(
      List<Pixels.Image> judged, List<Pixels.Image> known, int classes, int bytes) {
    this.judged = new EvaluationSet(judged, bytes);
    this.known = new EvaluationSet(known, bytes);
    this.classes = classes;
  }

  /**
   * {@return a judge}
   *
   * @param contents the images by the checksums of their files; images with equal files have one
   *     entry
   * @param classes the number of classes, at least 2
   */
  static FeatureJudge of(Map<String, Pixels.Image> contents, int classes, int bytes) {
    List<Pixels.Image> judged = new ArrayList<>();
    List<Pixels.Image> known = new ArrayList<>();
    // The map is sorted by checksum, which mixes the classes.
    for (Pixels.Image image : new TreeMap<>(contents).values()) {
      boolean isJudged = (judged.size() + known.size()) % PARTS == 0;
      List<Pixels.Image> part = isJudged ? judged : known;
      part.add(image);
    }
    return new FeatureJudge(
        judged.subList(0, Math.min(MOST_JUDGED, judged.size())),
        known.subList(0, Math.min(MOST_NEIGHBOURS, known.size())),
        classes,
        bytes);
  }

  /** {@return the number of judged images} */
  int size() {
    return judged.size();
  }

  /**
   * {@return the share of the judged images whose class the neighbours predict correctly}
   *
   * @param encoder computes the features {@code float32[images, features]} of a batch
   */
  Proportion judge(Function<MiniBatch, FloatBuffer> encoder) {
    Neighbours neighbours = new Neighbours(features(known, encoder), known.labels(), classes);
    int[] labels = judged.labels();
    float[][] features = features(judged, encoder);
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += neighbours.classOf(features[i]) == labels[i] ? 1 : 0;
    }
    return Proportion.of(right, labels.length);
  }

  private static float[][] features(
      EvaluationSet images, Function<MiniBatch, FloatBuffer> encoder) {
    List<float[]> rows = new ArrayList<>();
    images.forEachBatch(
        batch -> {
          FloatBuffer features = encoder.apply(batch);
          int width = features.limit() / batch.size();
          for (int i = 0; i < batch.size(); i++) {
            float[] row = new float[width];
            features.get(i * width, row);
            rows.add(normalised(row));
          }
        });
    return rows.toArray(float[][]::new);
  }

  private static float[] normalised(float[] row) {
    double length = 0;
    for (float value : row) {
      length += (double) value * value;
    }
    length = Math.sqrt(length);
    for (int i = 0; i < row.length && length > 0; i++) {
      row[i] = (float) (row[i] / length);
    }
    return row;
  }
}
