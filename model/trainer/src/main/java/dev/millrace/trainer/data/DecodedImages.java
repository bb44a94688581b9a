package dev.millrace.trainer.data;

import dev.millrace.core.image.BadImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Images that were decoded one after the other.
 *
 * @param images the images that can be decoded, in order
 * @param unreadable the keys of the other images, each with the reason
 */
public record DecodedImages(List<Pixels.Image> images, List<String> unreadable) {

  /**
   * Decodes images.
   *
   * @param encoded the images
   * @param pixels decodes the images and keeps their pixels
   * @param stop called before each image; if it returns true, the decoding stops
   * @return the images, or empty if the decoding was stopped
   */
  public static Optional<DecodedImages> of(
      List<LabelledImage> encoded, Pixels pixels, BooleanSupplier stop) {
    List<Pixels.Image> images = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (LabelledImage image : encoded) {
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      try {
        images.add(pixels.add(image));
      } catch (BadImageException | IOException e) {
        unreadable.add(image.key() + " (" + e.getMessage() + ")");
      }
    }
    return Optional.of(new DecodedImages(images, unreadable));
  }

  /** {@return how many images cannot be decoded, with examples; empty if all can be decoded} */
  public Optional<String> complaint() {
    return unreadable.isEmpty()
        ? Optional.empty()
        : Optional.of(
            unreadable.size()
                + " of "
                + (images.size() + unreadable.size())
                + " images cannot be read: "
                + ClassNames.some(unreadable));
  }
}
