package dev.millrace.streams;

import dev.millrace.events.ImageReference;

/** Where the image of a record is. */
sealed interface ImageSource {

  /**
   * The record holds the image.
   *
   * @param encoded the encoded image
   */
  record Value(byte[] encoded) implements ImageSource {}

  /**
   * The image is stored elsewhere.
   *
   * @param reference where the image is stored
   */
  record Elsewhere(ImageReference reference) implements ImageSource {}
}
