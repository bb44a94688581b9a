package dev.millrace.trainer.augment;

/** Rotates an image by 90 degrees. Each pixel keeps its value. */
public final class QuarterTurn {

  private QuarterTurn() {}

  /**
   * Rotates an image counterclockwise, so that its right edge becomes its upper edge.
   *
   * @param image the image, which is changed
   */
  public static void counterclockwise(Raster image) {
    for (int y = 0; y < image.side(); y++) {
      for (int x = 0; x < image.side(); x++) {
        System.arraycopy(
            image.pixels(),
            image.at(x, image.side() - 1 - y),
            image.other(),
            image.at(y, x),
            Raster.CHANNELS);
      }
    }
    image.swap();
  }
}
