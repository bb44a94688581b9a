package dev.millrace.trainer.augment;

/**
 * The pixels of a square RGB image, {@code uint8[side, side, 3]}, and room for a second version of
 * the image. Confined to one thread.
 */
public final class Raster {

  /** Number of bytes per pixel. */
  static final int CHANNELS = 3;

  private final int side;
  private byte[] pixels;
  private byte[] other;

  /**
   * Creates a black image.
   *
   * @param side the side of the image, in pixels
   */
  public Raster(int side) {
    this.side = side;
    this.pixels = new byte[side * side * CHANNELS];
    this.other = new byte[pixels.length];
  }

  /** {@return the side of the image, in pixels} */
  public int side() {
    return side;
  }

  /** {@return the pixels} {@link #swap} replaces this array by another. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * {@return an array of the same length and with arbitrary content, for a new version of the
   * image}
   */
  byte[] other() {
    return other;
  }

  /** Makes the content of {@link #other} the image. */
  void swap() {
    byte[] before = pixels;
    pixels = other;
    other = before;
  }

  /**
   * Replaces the image.
   *
   * @param image the pixels of the new image, which are copied
   */
  public void set(byte[] image) {
    System.arraycopy(image, 0, pixels, 0, pixels.length);
  }

  /** {@return the index of the first byte of the pixel at row {@code y} and column {@code x}} */
  int at(int y, int x) {
    return (y * side + x) * CHANNELS;
  }

  /** {@return the nearest value that a pixel can have} */
  static byte clamped(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }
}
