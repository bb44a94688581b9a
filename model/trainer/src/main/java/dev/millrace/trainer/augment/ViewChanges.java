package dev.millrace.trainer.augment;

import dev.millrace.core.training.Views;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Changes a part of an image to a random view. The part is cut out before, by {@link ResizedCrop}.
 */
public final class ViewChanges implements RandomChange {

  /** The share of the views whose colours are changed. */
  private static final double COLOURED = 0.8;

  /** The largest turn of the hue, as a share of the strength of the colour jitter. */
  private static final double HUE = 0.25;

  private final List<RandomChange> changes;

  /**
   * Creates the changes.
   *
   * @param views the configuration
   */
  public ViewChanges(Views views) {
    double jitter = views.colorJitter();
    changes =
        List.of(
            new Sometimes(views.flip() ? 1 : 0, new Flip()),
            new Sometimes(jitter > 0 ? COLOURED : 0, new ColorJitter(jitter, HUE * jitter)),
            new Sometimes(views.grayscale(), (image, random) -> Blending.saturation(image, 0)),
            new Sometimes(views.blur(), new GaussianBlur()));
  }

  @Override
  public void apply(Raster image, RandomGenerator random) {
    changes.forEach(change -> change.apply(image, random));
  }
}
