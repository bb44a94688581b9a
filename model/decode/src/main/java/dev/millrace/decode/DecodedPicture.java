package dev.millrace.decode;

/**
 * A whole decoded picture, which is upright.
 *
 * @param width width, in pixels
 * @param height height, in pixels
 * @param rgb three bytes per pixel, red first, row by row; nobody may write to this array
 */
public record DecodedPicture(int width, int height, byte[] rgb) {

  /** {@return the number of bytes of the pixels} */
  public int bytes() {
    return rgb.length;
  }
}
