package dev.millrace.core.training;

import java.util.Objects;

/** What an encoder learns from images without labels. */
public sealed interface PretrainingMethod permits PretrainingMethod.Similarity, RotationPrediction {

  /**
   * {@return the smallest area of the random parts from which the encoder learns, as a share of the
   * image's area; 1 if it learns from whole images}
   */
  double cropArea();

  /**
   * SimSiam: the encoder learns to give two views of an image the same output. Chen and He,
   * "Exploring Simple Siamese Representation Learning" (2021).
   *
   * @param layers the layers behind the encoder
   * @param views the random changes that make two views of each image
   */
  record Similarity(SimSiam layers, Views views) implements PretrainingMethod {

    /**
     * Requires both values.
     *
     * @param layers the layers behind the encoder
     * @param views the random changes that make two views of each image
     */
    public Similarity {
      Objects.requireNonNull(layers, "layers");
      Objects.requireNonNull(views, "views");
    }

    @Override
    public double cropArea() {
      return views.cropArea();
    }
  }
}
