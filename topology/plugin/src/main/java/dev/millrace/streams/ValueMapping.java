package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import java.util.Objects;
import java.util.function.Function;

/**
 * Says where an {@link Inference} finds the image of a record's value, and how it makes the output
 * value from the prediction. Thread-safe if its functions are.
 *
 * @param source returns where the image of a value is stored
 * @param result makes the output value
 * @param isEvent whether the output value is the prediction, an event with headers of its own; any
 *     other output value keeps the headers of its record
 */
record ValueMapping<K, V, R>(
    Function<? super V, ImageSource> source,
    ResultJoiner<? super K, ? super V, ? extends R> result,
    boolean isEvent) {

  /** The mapping from image events to predictions. */
  static <K> ValueMapping<K, ImageEvent, Prediction> ofEvents() {
    return withoutJoiner(ValueMapping::source);
  }

  /**
   * The mapping of any values to predictions.
   *
   * @param image returns the encoded image of a value; null if the value has none
   */
  static <K, V> ValueMapping<K, V, Prediction> of(Function<? super V, byte[]> image) {
    Objects.requireNonNull(image, "image");
    return withoutJoiner(value -> new ImageSource.Value(image.apply(value)));
  }

  private static <K, V> ValueMapping<K, V, Prediction> withoutJoiner(
      Function<? super V, ImageSource> source) {
    return new ValueMapping<>(source, (key, value, headers, prediction) -> prediction, true);
  }

  /** Returns this mapping with another function for the output values. */
  <T> ValueMapping<K, V, T> withResult(ResultJoiner<? super K, ? super V, ? extends T> other) {
    return new ValueMapping<>(source, other, false);
  }

  /**
   * Returns where the image of a value is stored. If the value itself holds the image, the image is
   * not empty.
   *
   * @param value the value, or null
   * @throws BadImageException if the value holds no image
   */
  ImageSource sourceOf(V value) {
    if (value == null) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the record has no value");
    }
    ImageSource found = source.apply(value);
    if (found instanceof ImageSource.Value held) {
      requireImage(held.encoded());
    }
    return found;
  }

  /**
   * Requires an encoded image.
   *
   * @throws BadImageException if the array is null or empty
   */
  static void requireImage(byte[] encoded) {
    if (encoded == null || encoded.length == 0) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the image is empty");
    }
  }

  private static ImageSource source(ImageEvent event) {
    if (event instanceof ImageEvent.Unreadable unreadable) {
      throw new BadImageException(BadImageException.Reason.UNREADABLE_EVENT, unreadable.reason());
    }
    return event instanceof ImageEvent.Referenced referenced
        ? new ImageSource.Elsewhere(referenced.reference())
        : new ImageSource.Value(((ImageEvent.Encoded) event).bytes());
  }
}
