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
   * @param watch the time limit; the source passes it the connection to abort
   * @return the data; the caller closes it
   * @throws RefusedException if the record is at fault
   * @throws StoreAwayException if the store reports an internal error
   * @throws IOException if the connection fails
   */
  Body open(R ref, Watch watch) throws RefusedException, StoreAwayException, IOException;

  @Override
  void close();
}
