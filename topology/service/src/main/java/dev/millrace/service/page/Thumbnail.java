package dev.millrace.service.page;

/**
 * A small image, or the reason why there is none.
 *
 * @param png a PNG file, or null
 * @param missing the text that the page shows in place of the image, or null
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes thumbnails
record Thumbnail(byte[] png, String missing) {

  static Thumbnail of(byte[] png) {
    return new Thumbnail(png, null);
  }

  static Thumbnail missing(String reason) {
    return new Thumbnail(null, reason);
  }
}
