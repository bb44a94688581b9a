package dev.millrace.trainer.augment;

/**
 * A linear map around the centre of an image, with a shift. For each pixel of the result, the map
 * gives the position of the source pixel. The nearest pixel to this position is taken. Positions
 * outside the image are black.
 *
 * @param xx change of the source column per column
 * @param xy change of the source column per row
 * @param yx change of the source row per column
 * @param yy change of the source row per row
 * @param right source column of the centre, relative to the centre, in pixels
 * @param down source row of the centre, relative to the centre, in pixels
 */
record Affine(double xx, double xy, double yx, double yy, double right, double down) {

  static Affine shear(double horizontally, double vertically) {
    return new Affine(1, horizontally, vertically, 1, 0, 0);
  }

  static Affine shift(double right, double down) {
    return new Affine(1, 0, 0, 1, right, down);
  }

  /**
   * {@return a rotation}
   *
   * @param angle the angle, in degrees
   */
  static Affine rotation(double angle) {
    double cosine = Math.cos(Math.toRadians(angle));
    double sine = Math.sin(Math.toRadians(angle));
    return new Affine(cosine, sine, -sine, cosine, 0, 0);
  }

  void apply(Raster image) {
    int side = image.side();
    double centre = (side - 1) / 2.0;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        long fromX = Math.round(centre + xx * (x - centre) + xy * (y - centre) + right);
        long fromY = Math.round(centre + yx * (x - centre) + yy * (y - centre) + down);
        boolean inside = fromX >= 0 && fromX < side && fromY >= 0 && fromY < side;
        int from = inside ? image.at((int) fromY, (int) fromX) : 0;
        int to = image.at(y, x);
        for (int channel = 0; channel < Raster.CHANNELS; channel++) {
          image.other()[to + channel] = inside ? image.pixels()[from + channel] : 0;
        }
      }
    }
    image.swap();
  }
}
