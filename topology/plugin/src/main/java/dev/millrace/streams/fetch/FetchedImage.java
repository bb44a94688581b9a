package dev.millrace.streams.fetch;

/**
 * An image that was fetched.
 *
 * @param encoded the image file; not copied, so the caller must not change it
 * @param revision the revision of the stored image, such as an ETag or a version id; null if none
 *     is known
 */
public record FetchedImage(byte[] encoded, String revision) {

  /**
   * An image without a revision.
   *
   * @param encoded the image file
   */
  public FetchedImage(byte[] encoded) {
    this(encoded, null);
  }
}
