package dev.millrace.trainer.data;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.DecodedPicture;
import dev.millrace.decode.PartResizer;
import dev.millrace.trainer.augment.Raster;
import dev.millrace.trainer.augment.ResizedCrop;
import java.io.IOException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Reads images for random changes. If random parts are wanted, they are cut out of the whole
 * picture and resized in one step, so that a small part shows as many details as the picture has.
 * Otherwise, an image is read as it is served. Confined to one thread.
 */
public final class RandomParts {

  private final Optional<ResizedCrop> crop;
  private final PartResizer resizer;

  /**
   * Creates an object that reads images.
   *
   * @param minArea the smallest area of a part, as a share of the picture's area; 1 if no parts are
   *     wanted
   * @param preprocessing the size of the parts, and the interpolation
   */
  public RandomParts(double minArea, Preprocessing preprocessing) {
    this.crop = crop(minArea);
    this.resizer = new PartResizer(preprocessing);
  }

  /** {@return the choice of the parts, or empty if no parts are wanted} */
  static Optional<ResizedCrop> crop(double minArea) {
    return minArea < 1 ? Optional.of(new ResizedCrop(minArea)) : Optional.empty();
  }

  /** An image that was read. */
  @FunctionalInterface
  public interface Source {
    /**
     * Replaces the pixels of a raster by those of the image, or by a random part of it.
     *
     * @param raster the raster
     * @param random determines the part
     */
    void copyTo(Raster raster, RandomGenerator random);
  }

  /**
   * Reads an image.
   *
   * @param image the image
   * @return the image, of which several parts may be copied
   * @throws IOException if the image cannot be read
   * @throws dev.millrace.core.image.BadImageException if the image cannot be decoded
   */
  public Source read(Pixels.Image image) throws IOException {
    if (crop.isEmpty()) {
      byte[] pixels = image.pixels();
      return (raster, random) -> raster.set(pixels);
    }
    DecodedPicture picture = image.picture();
    return (raster, random) ->
        resizer.resize(
            picture, crop.get().of(picture.width(), picture.height(), random), raster.pixels());
  }
}
