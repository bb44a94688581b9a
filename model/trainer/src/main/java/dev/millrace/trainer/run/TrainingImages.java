package dev.millrace.trainer.run;

import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import dev.millrace.trainer.data.TrainingSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * All images of a run, decoded and divided into parts.
 *
 * @param labels names of the images' classes
 * @param training the images for training steps
 * @param statistics some of the training images, unchanged, for the statistics of batch norms
 * @param gate the images on which versions are compared
 * @param report the images on which the reported accuracy is measured
 * @param pixels decodes the images and keeps their pixels; {@link #close} closes it
 */
record TrainingImages(
    Labels labels,
    TrainingSet training,
    EvaluationSet statistics,
    EvaluationSet gate,
    EvaluationSet report,
    Pixels pixels)
    implements AutoCloseable {

  /** The largest share of the heap for decoded images. */
  private static final double SHARE_OF_HEAP = 0.5;

  /** The largest number of images for the statistics of batch norms. */
  private static final int FOR_STATISTICS = 1024;

  /**
   * Decodes all images.
   *
   * @param stop called before each image; if it returns true, the decoding stops
   * @param warnings receives how many images of topics cannot be decoded. They are left out, so
   *     that no image ends a training from topics
   * @return the images, or empty if the decoding was stopped
   * @throws TrainingException if an image cannot be read, or a part would be empty
   */
  static Optional<TrainingImages> of(
      LabelledImages images,
      TrainingConfig config,
      BooleanSupplier stop,
      Consumer<String> warnings) {
    Pixels pixels =
        new Pixels(
            config.preprocessing(),
            (long) (SHARE_OF_HEAP * Runtime.getRuntime().maxMemory()),
            config.augmentation().cropArea());
    try {
      Optional<DecodedImages> decoded = DecodedImages.of(images.images(), pixels, stop);
      if (decoded.isEmpty()) {
        pixels.close();
        return Optional.empty();
      }
      return Optional.of(
          of(images.labels(), byPart(decoded.get(), config, warnings), config, pixels));
    } catch (RuntimeException | Error e) {
      pixels.close();
      throw e;
    }
  }

  private static TrainingImages of(
      Labels labels, Map<Part, List<Pixels.Image>> parts, TrainingConfig config, Pixels pixels) {
    TrainingSet training =
        new TrainingSet(
            parts.get(Part.TRAINING),
            config.preprocessing(),
            config.optimization().sampling(),
            config.augmentation(),
            config.seed());
    return new TrainingImages(
        labels,
        training,
        mixed(new EvaluationSet(parts.get(Part.TRAINING), pixels.bytes())),
        heldOut(parts.get(Part.GATE), pixels.bytes()),
        heldOut(parts.get(Part.REPORT), pixels.bytes()),
        pixels);
  }

  /**
   * {@return up to {@link #FOR_STATISTICS} of the images, in mixed order} The given images are
   * sorted by class. Without mixing, a batch would have few classes, and its statistics would
   * differ from the statistics of the served images.
   */
  private static EvaluationSet mixed(EvaluationSet images) {
    return images.arc(0, Math.min(images.size(), FOR_STATISTICS));
  }

  /**
   * {@return held-out images without copies} Copies get the same answers, so they would make an
   * interval too narrow, and a gain too significant.
   */
  private static EvaluationSet heldOut(List<Pixels.Image> images, int bytes) {
    if (images.isEmpty()) {
      throw new TrainingException(
          "too few images are held out to compare versions; add images, or hold out more");
    }
    Set<List<Object>> seen = new HashSet<>();
    return new EvaluationSet(
        images.stream().filter(image -> seen.add(List.of(image.label(), image.content()))).toList(),
        bytes);
  }

  private static Map<Part, List<Pixels.Image>> byPart(
      DecodedImages decoded, TrainingConfig config, Consumer<String> warnings) {
    if (decoded.complaint().isPresent() && config.data() instanceof TrainingData.Folder) {
      throw new TrainingException(decoded.complaint().get() + "; remove them");
    }
    decoded.complaint().ifPresent(complaint -> warnings.accept(complaint + "; they are left out"));
    Map<Part, List<Pixels.Image>> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      parts.put(part, decoded.images().stream().filter(image -> image.part() == part).toList());
    }
    return parts;
  }

  @Override
  public void close() {
    pixels.close();
  }
}
