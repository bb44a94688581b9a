package dev.millrace.trainer.pretrain;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Pixels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All images of a pre-training, decoded.
 *
 * @param size number of images
 * @param pairs the views for training steps
 * @param statistics some of the images, unchanged, for the statistics of batch norms
 * @param judge measures the features; empty if the images have no classes
 * @param pixels decodes the images and keeps their pixels; {@link #close} closes it
 */
record PretrainingSet(
    int size,
    ViewPairs pairs,
    EvaluationSet statistics,
    Optional<FeatureJudge> judge,
    Pixels pixels)
    implements AutoCloseable {

  /** The largest share of the heap for decoded images. */
  private static final double SHARE_OF_HEAP = 0.5;

  private static final int FOR_STATISTICS = 1024;

  /**
   * Decodes all images. Images that cannot be decoded are left out, and the listener receives a
   * warning.
   *
   * @throws TrainingException if fewer than two images can be decoded
   */
  static PretrainingSet of(
      UnlabelledImages images, PretrainingConfig config, PretrainingListener listener) {
    Pixels pixels =
        new Pixels(
            config.preprocessing(), (long) (SHARE_OF_HEAP * Runtime.getRuntime().maxMemory()));
    try {
      Map<String, Pixels.Image> contents = new LinkedHashMap<>();
      List<Pixels.Image> decoded = decode(images.images(), pixels, contents, listener);
      int side = pixels.side();
      EvaluationSet all = new EvaluationSet(decoded, side);
      return new PretrainingSet(
          decoded.size(),
          new ViewPairs(
              decoded, side, config.optimization().batchSize(), config.views(), config.seed()),
          all.arc(0, Math.min(all.size(), FOR_STATISTICS)),
          images.classes().isEmpty() || contents.size() < 2
              ? Optional.empty()
              : Optional.of(FeatureJudge.of(contents, images.classes().size(), side)),
          pixels);
    } catch (RuntimeException | Error e) {
      pixels.close();
      throw e;
    }
  }

  /**
   * {@return the images that can be decoded}
   *
   * @param contents receives one image for each checksum of a file
   */
  private static List<Pixels.Image> decode(
      List<LabelledImage> images,
      Pixels pixels,
      Map<String, Pixels.Image> contents,
      PretrainingListener listener) {
    List<Pixels.Image> decoded = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (LabelledImage image : images) {
      try {
        decoded.add(pixels.add(image));
        contents.putIfAbsent(image.content(), decoded.get(decoded.size() - 1));
      } catch (BadImageException | IOException e) {
        unreadable.add(image.key() + " (" + e.getMessage() + ")");
      }
    }
    if (!unreadable.isEmpty()) {
      listener.warned(
          unreadable.size()
              + " of "
              + images.size()
              + " images cannot be read and are left out, the first: "
              + unreadable.get(0));
    }
    if (decoded.size() < 2) {
      throw new TrainingException(
          "only "
              + decoded.size()
              + " of "
              + images.size()
              + " images can be read; a pre-training needs at least two, and learns from thousands");
    }
    return decoded;
  }

  @Override
  public void close() {
    pixels.close();
  }
}
