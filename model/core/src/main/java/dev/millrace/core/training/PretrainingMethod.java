package dev.millrace.core.training;

import java.util.Objects;

/** What an encoder learns from images without labels. */
public sealed interface PretrainingMethod permits PretrainingMethod.Similarity, RotationPrediction {

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
  }
}
