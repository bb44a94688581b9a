package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import java.util.Locale;

/**
 * The resizing, cropping and padding that turn a picture into an input of another size.
 *
 * @param columns the change to the columns
 * @param rows the change to the rows
 */
record Fitting(FittedAxis columns, FittedAxis rows) {

  /**
   * The longest side, in pixels, that is squashed or padded. The value equals the longest possible
   * side of a JPEG. A limit is needed because the memory for the weights grows with the side: each
   * pixel of a side has a weight in at least one pixel of the input.
   */
  private static final int MAX_SIDE = 65_535;

  /**
   * {@return the fitting of an upright picture}
   *
   * @param width width of the picture before any reduction, in pixels
   * @param height height of the picture before any reduction, in pixels
   * @throws BadImageException with {@link Reason#TOO_LARGE} if a side is too long for the fit
   */
  static Fitting of(long width, long height, Preprocessing preprocessing) {
    if (preprocessing.fit() != Fit.CROP && Math.max(width, height) > MAX_SIDE) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          String.format(
              "the image claims %dx%d pixels, but with fit %s a side may have at most %d",
              width, height, preprocessing.fit().name().toLowerCase(Locale.ROOT), MAX_SIDE));
    }
    return switch (preprocessing.fit()) {
      case CROP -> cropped(width, height, preprocessing);
      case SQUASH -> padded(preprocessing.width(), preprocessing.height(), preprocessing);
      case PAD -> contained(width, height, preprocessing);
    };
  }

  /**
   * torchvision's {@code Resize} of the shorter side, and its {@code CenterCrop}. The longer side
   * is rounded down, as torchvision does.
   */
  private static Fitting cropped(long width, long height, Preprocessing preprocessing) {
    long resize = preprocessing.resize();
    double shorter = Math.min(width, height);
    return new Fitting(
        FittedAxis.cropped((long) (resize * width / shorter), preprocessing.width()),
        FittedAxis.cropped((long) (resize * height / shorter), preprocessing.height()));
  }

  /** Pillow's {@code ImageOps.pad}. The shorter side keeps at least one pixel. */
  private static Fitting contained(long width, long height, Preprocessing preprocessing) {
    int across = preprocessing.width();
    int down = preprocessing.height();
    double ratio = (double) width / height;
    double target = (double) across / down;
    if (ratio > target) {
      int rows = (int) Math.rint((double) height / width * across);
      return padded(across, Math.max(rows, 1), preprocessing);
    }
    int columns = ratio < target ? (int) Math.rint(ratio * down) : across;
    return padded(Math.max(columns, 1), down, preprocessing);
  }

  private static Fitting padded(int width, int height, Preprocessing preprocessing) {
    return new Fitting(
        FittedAxis.padded(width, preprocessing.width()),
        FittedAxis.padded(height, preprocessing.height()));
  }
}
