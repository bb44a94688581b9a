package dev.millrace.trainer.augment;

import dev.millrace.decode.PicturePart;
import java.util.random.RandomGenerator;

/**
 * Chooses a random part of a picture, which is then resized to the size of a model's input: Szegedy
 * et al., "Going Deeper with Convolutions" (2015). The part is chosen like that of torchvision's
 * {@code RandomResizedCrop}. Its area is uniformly distributed. The logarithm of the ratio of its
 * width to its height is also uniformly distributed, and the ratio is between 3/4 and 4/3.
 *
 * @param minArea the smallest area of the part, as a share of the picture's area, above 0 and at
 *     most 1
 */
public record ResizedCrop(double minArea) {

  private static final double LARGEST_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  /**
   * The smallest ratio of the sides of a part to the sides after the resize, in a shrunk picture.
   * The decoder reduces large JPEGs with the same margin.
   */
  private static final int MARGIN = 2;

  /**
   * {@return a random part of a picture} If ten random parts do not fit into the picture, this is
   * the largest part in the middle of the picture whose ratio is allowed.
   *
   * @param width width of the picture, in pixels
   * @param height height of the picture, in pixels
   * @param random determines the part
   */
  public PicturePart of(int width, int height, RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      double share = minArea + random.nextDouble() * (1 - minArea);
      double ratio = Math.pow(LARGEST_RATIO, 2 * random.nextDouble() - 1);
      double area = share * width * height;
      int across = (int) Math.rint(Math.sqrt(area * ratio));
      int down = (int) Math.rint(Math.sqrt(area / ratio));
      if (across > 0 && across <= width && down > 0 && down <= height) {
        int top = random.nextInt(height - down + 1);
        int left = random.nextInt(width - across + 1);
        return new PicturePart(left, top, across, down);
      }
    }
    int across = (int) Math.min(width, Math.rint(height * LARGEST_RATIO));
    int down = (int) Math.min(height, Math.rint(width * LARGEST_RATIO));
    return new PicturePart((width - across) / 2, (height - down) / 2, across, down);
  }

  /**
   * {@return the length to which a larger picture's shorter side may be shrunk, in pixels, before a
   * part is cut out} Each side of each part is then still at least twice as long as after the
   * resize, so its pixels hardly differ from those of a part of the original picture.
   *
   * @param side side of the model's input, in pixels
   */
  public int shorterSide(int side) {
    return (int) Math.ceil(MARGIN * side * Math.sqrt(LARGEST_RATIO / minArea));
  }
}
