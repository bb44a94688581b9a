package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import java.util.Objects;
import java.util.function.Function;

/**
 * What an {@link Inference} reads from a record's value, and what it makes of the prediction.
 * Thread-safe if its functions are.
 *
 * @param image returns the encoded image of a value; null if the value has none
 * @param result makes the output value
 */
record ValueMapping<K, V, R>(
    Function<? super V, byte[]> image, ResultJoiner<? super K, ? super V, ? extends R> result) {

  /** The mapping from image events to predictions. */
  static <K> ValueMapping<K, ImageEvent, Prediction> ofEvents() {
    return of(ValueMapping::bytes);
  }

  /** The mapping of any values to predictions. */
  static <K, V> ValueMapping<K, V, Prediction> of(Function<? super V, byte[]> image) {
    Objects.requireNonNull(image, "image");
    return new ValueMapping<>(image, (key, value, headers, prediction) -> prediction);
  }

  /** The same mapping with other output values. */
  <T> ValueMapping<K, V, T> withResult(ResultJoiner<? super K, ? super V, ? extends T> other) {
    return new ValueMapping<>(image, other);
  }

  /**
   * Returns the encoded image of a value, which is not empty.
   *
   * @param value the value, or null
   * @throws BadImageException if the value holds no image
   */
  byte[] imageOf(V value) {
    if (value == null) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the record has no value");
    }
    byte[] bytes = image.apply(value);
    if (bytes == null || bytes.length == 0) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the image is empty");
    }
    return bytes;
  }

  private static byte[] bytes(ImageEvent event) {
    if (event instanceof ImageEvent.Unreadable unreadable) {
      throw new BadImageException(BadImageException.Reason.UNREADABLE_EVENT, unreadable.reason());
    }
    return ((ImageEvent.Encoded) event).bytes();
  }
}
