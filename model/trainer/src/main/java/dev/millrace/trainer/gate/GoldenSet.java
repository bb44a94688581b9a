package dev.millrace.trainer.gate;

import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.NamedImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A set of images that never changes. The gate does not promote a version that may lose too much
 * accuracy on this set. Labels that arrive later do not change the set. If a version does not know
 * an image's class, the image counts as misclassified. Confined to one thread.
 */
public final class GoldenSet implements AutoCloseable {

  /**
   * Assumed share of the images that exactly one of two equally good versions classifies correctly.
   */
  private static final double DIFFER = 0.05;

  private static final double LEVEL = 0.05;
  private static final long ROOM = 64L << 20;

  private final Gate.Golden golden;
  private final Pixels pixels;
  private final EvaluationSet images;

  private GoldenSet(Gate.Golden golden, Pixels pixels, EvaluationSet images) {
    this.golden = golden;
    this.pixels = pixels;
    this.images = images;
  }

  /**
   * Requires that the set has enough images to show that an equally good version loses less than
   * the allowed loss.
   *
   * @param golden the folder and the loss
   * @throws TrainingException if the folder cannot be read, or has too few images
   */
  public static void requireEnough(Gate.Golden golden) {
    int found = FolderImages.find(golden.folder()).images().size();
    int needed = NonInferiority.imagesNeeded(DIFFER, golden.maxLoss() / 100, LEVEL);
    if (found < needed) {
      throw new TrainingException(
          String.format(
              Locale.ROOT,
              "golden: the %,d images in %s cannot show a loss below %.2f points; add images up to"
                  + " %,d, or allow more with --max-loss (assumed: versions that are equally good"
                  + " differ on %.0f %% of the images, and one of two has to pass)",
              found,
              golden.folder(),
              golden.maxLoss(),
              needed,
              100 * DIFFER));
    }
  }

  /**
   * Opens the set and decodes all images once.
   *
   * @param labels the names of the candidates' classes
   * @throws TrainingException if an image cannot be read
   */
  static GoldenSet open(Gate.Golden golden, Preprocessing preprocessing, Labels labels) {
    Pixels pixels = new Pixels(preprocessing, ROOM);
    try {
      List<LabelledImage> images =
          FolderImages.find(golden.folder()).images().stream()
              .map(image -> labelled(image, labels))
              .toList();
      DecodedImages decoded = DecodedImages.of(images, pixels, () -> false).orElseThrow();
      if (decoded.complaint().isPresent()) {
        throw new TrainingException(
            "golden: in " + golden.folder() + ", " + decoded.complaint().get() + "; remove them");
      }
      return new GoldenSet(golden, pixels, new EvaluationSet(decoded.images(), pixels.side()));
    } catch (RuntimeException | Error e) {
      pixels.close();
      throw e;
    }
  }

  private static LabelledImage labelled(NamedImage image, Labels labels) {
    int label = labels.names().indexOf(image.name());
    return new LabelledImage(image.key(), label, image.content(), Part.GATE, image.source());
  }

  /**
   * {@return the verdict after the comparison on this set} The returned verdict blesses a candidate
   * only if the given verdict also does.
   *
   * @param verdict the verdict on the gate's images
   * @param candidate the candidate's session
   * @param champion opens the champion's session
   */
  Verdict judge(Verdict verdict, ModelSession candidate, Supplier<ModelSession> champion) {
    Answers own = Answers.of(candidate, images);
    try (ModelSession session = champion.get()) {
      return judge(verdict, Pairs.of(own, Answers.of(session, images)), golden.maxLoss());
    }
  }

  static Verdict judge(Verdict verdict, Pairs pairs, double maxLoss) {
    double bound = 100 * NonInferiority.bound(pairs.images(), pairs.gained(), pairs.lost(), LEVEL);
    boolean isKept = bound < maxLoss;
    String found =
        String.format(
            Locale.ROOT,
            "; golden set: %+.2f points, and a loss of at most %.2f points with 95 %% confidence%s",
            pairs.points(),
            bound,
            isKept ? "" : String.format(Locale.ROOT, "; --max-loss allows %.2f", maxLoss));
    return verdict.with(
        verdict.blessed() && isKept,
        verdict.reason() + found,
        new Verdict.Golden(
            pairs.images(),
            pairs.accuracy(),
            pairs.otherAccuracy(),
            pairs.gained(),
            pairs.lost(),
            bound));
  }

  @Override
  public void close() {
    pixels.close();
  }
}
