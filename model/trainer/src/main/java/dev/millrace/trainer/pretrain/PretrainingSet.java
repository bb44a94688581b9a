package dev.millrace.trainer.pretrain;

import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.Pixels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * All images of a pre-training, decoded.
 *
 * @param images the images, in order
 * @param statistics some of the images, unchanged, for the statistics of batch norms
 * @param judge measures the features; empty if the images have no classes
 * @param pixels decodes the images and keeps their pixels; {@link #close} closes it
 */
record PretrainingSet(
    List<Pixels.Image> images,
    EvaluationSet statistics,
    Optional<FeatureJudge> judge,
    Pixels pixels)
    implements AutoCloseable {

  /** The largest share of the heap for decoded images. */
  private static final double SHARE_OF_HEAP = 0.5;

  /** The largest number of images for the statistics of batch norms. */
  private static final int FOR_STATISTICS = 1024;

  /**
   * Decodes all images. Images that cannot be decoded are left out, and the listener receives a
   * warning.
   *
   * @param stop called before each image; if it returns true, the decoding stops
   * @return the images, or empty if the decoding was stopped
   * @throws TrainingException if fewer than two images can be decoded
   */
  static Optional<PretrainingSet> of(
      UnlabelledImages images,
      PretrainingConfig config,
      PretrainingListener listener,
      BooleanSupplier stop) {
    Pixels pixels =
        new Pixels(
            config.preprocessing(),
            (long) (SHARE_OF_HEAP * Runtime.getRuntime().maxMemory()),
            config.method().cropArea());
    try {
      Optional<DecodedImages> decoded = DecodedImages.of(images.images(), pixels, stop);
      if (decoded.isEmpty()) {
        pixels.close();
        return Optional.empty();
      }
      requireTwo(decoded.get(), listener);
      return Optional.of(of(decoded.get().images(), images.classes().size(), pixels));
    } catch (RuntimeException | Error e) {
      pixels.close();
      throw e;
    }
  }

  private static PretrainingSet of(List<Pixels.Image> decoded, int classes, Pixels pixels) {
    Map<String, Pixels.Image> contents = new LinkedHashMap<>();
    decoded.forEach(image -> contents.putIfAbsent(image.content(), image));
    return new PretrainingSet(
        decoded,
        statistics(decoded, pixels.bytes()),
        classes == 0 || contents.size() < 2
            ? Optional.empty()
            : Optional.of(FeatureJudge.of(contents, classes, pixels.bytes())),
        pixels);
  }

  /**
   * {@return some of the images, for the statistics of batch norms}
   *
   * @param bytes number of bytes of an image's pixels
   */
  static EvaluationSet statistics(List<Pixels.Image> images, int bytes) {
    return new EvaluationSet(images, bytes).arc(0, Math.min(images.size(), FOR_STATISTICS));
  }

  private static void requireTwo(DecodedImages decoded, PretrainingListener listener) {
    decoded.complaint().ifPresent(complaint -> listener.warned(complaint + "; they are left out"));
    int size = decoded.images().size();
    if (size < 2) {
      throw new TrainingException(
          "only "
              + size
              + " of "
              + (size + decoded.unreadable().size())
              + " images can be read; a pre-training needs at least two, and learns from thousands");
    }
  }

  @Override
  public void close() {
    pixels.close();
  }
}
