package dev.millrace.blobs;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * The data of a URI, opened for reading.
 *
 * @param in the bytes
 * @param length the number of bytes that the store announces, or -1 if it announces none
 * @param tag the version of the data, or null if the store names none
 * @param connection the connection; closing it aborts the transfer without reading the rest of the
 *     data
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
