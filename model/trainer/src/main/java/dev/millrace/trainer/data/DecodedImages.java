package dev.millrace.trainer.data;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.threads.Workers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Images that were decoded.
 *
 * @param images the images that can be decoded, in order
 * @param unreadable the keys of the other images, in order, each with the reason
 */
public record DecodedImages(List<Pixels.Image> images, List<String> unreadable) {

  /**
   * Decodes images, on one thread for each processor.
   *
   * @param encoded the images
   * @param pixels decodes the images and keeps their pixels
   * @param stop called before each image, on the calling thread; if it returns true, the decoding
   *     stops
   * @return the images, or empty if the decoding was stopped
   */
  public static Optional<DecodedImages> of(
      List<LabelledImage> encoded, Pixels pixels, BooleanSupplier stop) {
    try (Workers workers = new Workers("decode")) {
      return of(encoded, pixels, workers, stop);
    }
  }

  /** Decodes images on the given threads. Their number does not change the result. */
  static Optional<DecodedImages> of(
      List<LabelledImage> encoded, Pixels pixels, Workers workers, BooleanSupplier stop) {
    List<Pixels.Image> all = encoded.stream().map(pixels::addLater).toList();
    return workers.map(all, DecodedImages::failure, stop).map(failures -> of(all, failures));
  }

  /** Decodes an image, and returns the reason if it cannot be decoded. */
  private static Optional<String> failure(Pixels.Image image) {
    try {
      image.prepare();
      return Optional.empty();
    } catch (BadImageException | IOException e) {
      return Optional.of(image.key() + " (" + e.getMessage() + ")");
    }
  }

  private static DecodedImages of(List<Pixels.Image> all, List<Optional<String>> failures) {
    return new DecodedImages(
        IntStream.range(0, all.size())
            .filter(i -> failures.get(i).isEmpty())
            .mapToObj(all::get)
            .toList(),
        failures.stream().flatMap(Optional::stream).toList());
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
