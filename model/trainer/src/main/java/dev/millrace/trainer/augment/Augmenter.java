package dev.millrace.trainer.augment;

import dev.millrace.core.training.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Applies the configured random changes, one after the other. A random part is cut out before, by
 * {@link ResizedCrop}.
 */
public final class Augmenter implements RandomChange {

  /** The largest rotation of the hue, as a share of the strength of the colour jitter. */
  private static final double HUE = 0.25;

  private final List<RandomChange> changes = new ArrayList<>();

  /**
   * Creates the changes.
   *
   * @param augmentation the configuration
   */
  public Augmenter(Augmentation augmentation) {
    add(augmentation.cropPadding() > 0, new PaddedCrop(augmentation.cropPadding()));
    add(augmentation.flip(), new Flip());
    double jitter = augmentation.colorJitter();
    add(jitter > 0, new ColorJitter(jitter, HUE * jitter));
    add(augmentation.trivialAugment(), new TrivialAugment());
    add(augmentation.erasing() > 0, new RandomErasing(augmentation.erasing()));
  }

  private void add(boolean wanted, RandomChange change) {
    if (wanted) {
      changes.add(change);
    }
  }

  @Override
  public void apply(Raster image, RandomGenerator random) {
    changes.forEach(change -> change.apply(image, random));
  }
}
