package dev.millrace.blobs;

/**
 * A store does not work at the moment: it refuses connections, does not answer in time, closes the
 * connection early, or reports an internal error. The record that names the data is not at fault,
 * so the caller should fetch the data again later.
 */
public final class StoreAwayException extends Exception {

  private static final long serialVersionUID = 1;

  /** The name of the store, as in the message. */
  private final String store;

  StoreAwayException(String store, String problem, Throwable cause) {
    super(store + " is away: " + problem, cause);
    this.store = store;
  }

  /** {@return the store, for example {@code https://a.example:443} or {@code s3://bucket}} */
  public String store() {
    return store;
  }
}
