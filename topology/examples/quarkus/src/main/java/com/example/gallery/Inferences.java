package com.example.gallery;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;

/**
 * The two inferences of the topology. Their names keep their state stores and their meters apart.
 *
 * @param colours finds the colour of a picture
 * @param brightness finds out whether a picture is bright
 */
record Inferences(
    Inference<String, ImageEvent, Prediction> colours,
    Inference<String, ImageEvent, Prediction> brightness)
    implements AutoCloseable {

  /** Creates the inferences, and loads no model yet. The caller closes the inferences. */
  static Inferences of(Path repository, MeterRegistry registry) {
    return new Inferences(
        named("colours", repository, registry), named("brightness", repository, registry));
  }

  private static Inference<String, ImageEvent, Prediction> named(
      String model, Path repository, MeterRegistry registry) {
    return ImageInference.<String>builder(InferenceConfig.of(repository, model))
        .name(model)
        .registry(registry)
        .build();
  }

  /** Loads both models, and fails if one of them cannot serve. */
  void start() {
    colours.start();
    brightness.start();
  }

  @Override
  public void close() {
    try (colours) {
      brightness.close();
    }
  }
}
