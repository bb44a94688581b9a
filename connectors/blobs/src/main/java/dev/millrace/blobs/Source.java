package dev.millrace.blobs;

import java.io.IOException;

/**
 * Opens data of one kind of store. Thread-safe.
 *
 * @param <R> the kind of URIs
 */
interface Source<R extends DataRef> extends AutoCloseable {

  /**
   * Opens data that the allow-list admits.
   *
   * @param ref the URI
   * @param watch the time limit; the source sets what to break off
   * @return the data; the caller closes it
   * @throws RefusedException if the record is at fault
   * @throws StoreAwayException if the store reports an error of its own
   * @throws IOException if the connection fails
   */
  Body open(R ref, Watch watch) throws RefusedException, StoreAwayException, IOException;

  @Override
  void close();
}
