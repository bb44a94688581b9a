package dev.millrace.events;

/**
 * The place of an image that is stored outside its record (CloudEvents' claim check, extension
 * {@code dataref}).
 *
 * @param uri the URI of the encoded image
 * @param sha256 the checksum of the encoded image, 64 hexadecimal digits; null if the event names
 *     no checksum
 */
public record ImageReference(String uri, String sha256) {

  /** {@return the URI for a message: without its query, which may hold a signature} */
  public String shown() {
    return uri.replaceFirst("\\?.*", "?…");
  }
}
