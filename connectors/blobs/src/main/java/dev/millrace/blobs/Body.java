package dev.millrace.blobs;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Opened data.
 *
 * @param in the bytes
 * @param length the number of bytes that the store announces, or -1
 * @param tag the version that is read, or null
 * @param connection breaks off the connection without reading the rest
 */
record Body(InputStream in, long length, String tag, Closeable connection) implements Closeable {

  private static final int LONGEST_TAG = 200;

  Body {
    if (tag != null && (tag.length() > LONGEST_TAG || tag.chars().anyMatch(c -> c < 32))) {
      tag = null;
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
