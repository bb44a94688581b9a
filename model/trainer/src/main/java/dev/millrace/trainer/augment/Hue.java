package dev.millrace.trainer.augment;

/**
 * Rotates the hue of an image. The luma of each pixel stays the same, unless a value is clipped to
 * the range from 0 to 255.
 */
final class Hue {

  private Hue() {}

  /**
   * Rotates the chrominance of each pixel in the colour space YIQ.
   *
   * @param turn the angle, as a share of the whole circle
   */
  static void turn(Raster image, double turn) {
    double cosine = Math.cos(2 * Math.PI * turn);
    double sine = Math.sin(2 * Math.PI * turn);
    byte[] pixels = image.pixels();
    for (int at = 0; at < pixels.length; at += Raster.CHANNELS) {
      double red = pixels[at] & 0xff;
      double green = pixels[at + 1] & 0xff;
      double blue = pixels[at + 2] & 0xff;
      double luma = Blending.grey(pixels, at);
      double before = 0.5959 * red - 0.2746 * green - 0.3213 * blue;
      double after = 0.2115 * red - 0.5227 * green + 0.3112 * blue;
      double i = cosine * before - sine * after;
      double q = sine * before + cosine * after;
      pixels[at] = Raster.clamped(luma + 0.956 * i + 0.619 * q);
      pixels[at + 1] = Raster.clamped(luma - 0.272 * i - 0.647 * q);
      pixels[at + 2] = Raster.clamped(luma - 1.106 * i + 1.703 * q);
    }
  }
}
