package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Interpolation;

/**
 * Chooses the factor by which libjpeg divides the sides of a JPEG during the decode: 1, 2, 4 or 8.
 *
 * <p>A picture is reduced only if the resized pixels remain nearly equal to the pixels of a full
 * decode. Therefore, the factor must divide both sides, and the shorter side must have at least
 * {@value #MIN_SIDE} pixels after the decode. Also, both decoded sides must be at least twice as
 * long as after the resize. For a bicubic or Lanczos resize, they must be at least eight times as
 * long, because these filters show more of the difference. A nearest-neighbour resize always gets a
 * full decode. A picture whose decode would take too much memory is reduced further, as long as no
 * side becomes shorter than after the resize.
 */
final class Reduction {

  private static final int MIN_SIDE = 512;

  /**
   * Smallest ratio of a decoded side to the side after a bilinear resize. With this ratio, the
   * resized pixels remain nearly equal.
   */
  private static final int MARGIN = 2;

  /** Smallest ratio of a decoded side to the side after a bicubic or Lanczos resize. */
  private static final int SHARP_MARGIN = 8;

  /** The largest factor that libjpeg supports. */
  private static final int MAX = 8;

  private Reduction() {}

  /**
   * {@return the factor for a picture}
   *
   * @param header the header of the file; only a JPEG is reduced
   * @param orientation the rotation of the decoded picture, which needs additional memory
   * @param preprocessing the resize and the fit of the upright picture
   * @param maxPixels the largest number of pixels per image
   */
  static int of(
      ImageHeader header, Orientation orientation, Preprocessing preprocessing, long maxPixels) {
    if (header.format() != ImageFormat.JPEG) {
      return 1;
    }
    long width = orientation.transposed() ? header.height() : header.width();
    long height = orientation.transposed() ? header.width() : header.height();
    Fitting fitting = Fitting.of(width, height, preprocessing);
    Interpolation interpolation = preprocessing.interpolation();
    int margin = interpolation == Interpolation.BILINEAR ? MARGIN : SHARP_MARGIN;
    boolean turned = !orientation.isUpright();
    int reduction = 1;
    while (reduction < MAX) {
      int next = 2 * reduction;
      boolean nearlyEqual =
          interpolation != Interpolation.NEAREST
              && (width | height) % next == 0
              && Math.min(width, height) >= (long) MIN_SIDE * next
              && leaves(margin, width, height, next, fitting);
      boolean needed = !header.fitsInMemory(maxPixels, reduction, turned);
      if (!nearlyEqual && !(needed && leaves(1, width, height, next, fitting))) {
        break;
      }
      reduction = next;
    }
    return reduction;
  }

  /** {@return whether both sides stay at least {@code margin} times as long as after the resize} */
  private static boolean leaves(
      int margin, long width, long height, int reduction, Fitting fitting) {
    return width >= (long) margin * reduction * fitting.columns().resized()
        && height >= (long) margin * reduction * fitting.rows().resized();
  }
}
