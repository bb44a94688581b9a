package dev.millrace.trainer.data;

/**
 * An encoded image with the name of its class.
 *
 * @param key the image's key
 * @param name the name of the image's class
 * @param content SHA-256 of the image file's bytes, in hexadecimal; equal images have equal content
 * @param source reads the image file's bytes
 */
public record NamedImage(String key, String name, String content, LabelledImage.Source source) {

  /**
   * {@return an image's key in quotes, as one short plain line for a message} Any producer can
   * choose the key of a record.
   *
   * @param key the key
   */
  public static String shown(String key) {
    return ClassNames.shownKey(key);
  }
}
