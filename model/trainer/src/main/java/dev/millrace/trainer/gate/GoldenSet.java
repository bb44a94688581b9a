package dev.millrace.trainer.gate;

import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Labels;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.NamedImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A set of images that never changes. The gate does not promote a version that may lose too much
 * accuracy on this set. Labels that arrive later do not change the set. Only images of classes that
 * both versions know are compared. Confined to one thread.
 */
public final class GoldenSet implements AutoCloseable {

  /** The significance level of the comparison. */
  static final double LEVEL = 0.05;

  private static final long ROOM = 64L << 20;

  private final Gate.Golden golden;
  private final Pixels pixels;
  private final EvaluationSet images;
  private final Fingerprint set;

  private GoldenSet(Gate.Golden golden, Pixels pixels, EvaluationSet images, Fingerprint set) {
    this.golden = golden;
    this.pixels = pixels;
    this.images = images;
    this.set = set;
  }

  /**
   * Opens the set and decodes the different images of the candidates' classes once.
   *
   * @param labels the names of the candidates' classes
   * @throws FailedReadException if an image cannot be read
   */
  static GoldenSet open(Gate.Golden golden, Preprocessing preprocessing, Labels labels) {
    Pixels pixels = new Pixels(preprocessing, ROOM);
    try {
      FoundImages found = FolderImages.find(golden.folder());
      List<LabelledImage> images =
          found.withoutCopies().images().stream()
              .filter(image -> labels.names().contains(image.name()))
              .map(image -> labelled(image, labels.names().indexOf(image.name())))
              .toList();
      DecodedImages decoded = DecodedImages.of(images, pixels, () -> false).orElseThrow();
      requireReadable(golden, decoded);
      return new GoldenSet(
          golden, pixels, new EvaluationSet(decoded.images(), pixels.bytes()), found.fingerprint());
    } catch (RuntimeException | Error e) {
      pixels.close();
      throw e;
    }
  }

  /**
   * Requires that images were decoded.
   *
   * @throws FailedReadException if an image cannot be decoded
   */
  static void requireReadable(Gate.Golden golden, DecodedImages decoded) {
    if (decoded.complaint().isPresent()) {
      throw new FailedReadException(
          "golden: in " + golden.folder() + ", " + decoded.complaint().get() + "; remove them");
    }
  }

  /** {@return an image of the set with the index of a class} */
  static LabelledImage labelled(NamedImage image, int label) {
    return new LabelledImage(image.key(), label, image.content(), Part.GATE, image.source());
  }

  /**
   * {@return the verdict after the comparison on this set} The returned verdict blesses a candidate
   * only if the given verdict also does.
   *
   * @param verdict the verdict on the gate's images
   * @param candidate the candidate's session
   * @param known number of the champion's classes, which are the first of the candidate's classes
   * @param champion opens the champion's session
   */
  Verdict judge(
      Verdict verdict, ModelSession candidate, int known, Supplier<ModelSession> champion) {
    int[] truth = images.labels();
    Answers own = Answers.of(candidate, images).toClasses(truth, known);
    try (ModelSession session = champion.get()) {
      Answers other = Answers.of(session, images).toClasses(truth, known);
      return judge(verdict, Pairs.of(own, other), golden.maxLoss(), set);
    }
  }

  static Verdict judge(Verdict verdict, Pairs pairs, double maxLoss, Fingerprint set) {
    double bound = 100 * NonInferiority.bound(pairs.images(), pairs.gained(), pairs.lost(), LEVEL);
    boolean isKept = bound < maxLoss;
    String found =
        String.format(
            Locale.ROOT,
            "; golden set: %s, and a loss of at most %.2f points with 95 %% confidence%s",
            pairs.gainText(),
            bound,
            isKept
                ? ""
                : String.format(Locale.ROOT, "; the largest allowed loss is %.2f", maxLoss));
    return verdict.with(
        verdict.blessed() && isKept,
        verdict.reason() + found,
        new Verdict.Golden(
            pairs.images(),
            pairs.accuracy(),
            pairs.otherAccuracy(),
            pairs.gained(),
            pairs.lost(),
            bound,
            set));
  }

  @Override
  public void close() {
    pixels.close();
  }
}
