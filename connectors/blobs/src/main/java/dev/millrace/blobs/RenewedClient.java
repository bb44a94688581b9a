package dev.millrace.blobs;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A client of a store, which is replaced when it breaks. If an {@link Error} interrupts a request,
 * for example because the heap is full, Apache HttpClient closes its pool of connections ({@code
 * MainClientExec.execute}) or never returns the connection to the pool ({@code ConnectExec}). A
 * client with a closed pool refuses every later request with an {@link IllegalStateException}.
 *
 * <p>Thread-safe.
 *
 * @param <C> the kind of client
 */
final class RenewedClient<C> implements AutoCloseable {

  /** Sends a request, and returns its answer. */
  @FunctionalInterface
  interface Request<C, T> {
    T send(C client) throws IOException;
  }

  private final Supplier<C> open;
  private final Consumer<C> close;

  /** The current client; null after the last one broke, and after {@link #close}. */
  private C client;

  private boolean closed;

  /**
   * Opens the first client.
   *
   * @param open opens a client
   * @param close closes a client; may be called more than once
   */
  RenewedClient(Supplier<C> open, Consumer<C> close) {
    this.open = open;
    this.close = close;
    this.client = open.get();
  }

  /**
   * Sends a request. If the request shows that the client is broken, later requests get another
   * client.
   *
   * @param aborted returns whether the caller has aborted the request. A client throws an {@link
   *     IllegalStateException} in this case, too, but is not broken
   * @throws IOException if the request fails, or this object was closed
   */
  <T> T send(BooleanSupplier aborted, Request<C, T> request) throws IOException {
    C current = client();
    try {
      return request.send(current);
    } catch (IllegalStateException e) {
      if (!aborted.getAsBoolean()) {
        discard(current);
      }
      throw new IOException(e);
    } catch (Error e) {
      discard(current);
      throw e;
    }
  }

  private synchronized C client() throws IOException {
    if (closed) {
      throw new IOException("the client is closed");
    }
    if (client == null) {
      client = open.get();
    }
    return client;
  }

  private void discard(C broken) {
    synchronized (this) {
      if (client == broken) {
        client = null;
      }
    }
    close.accept(broken);
  }

  @Override
  public void close() {
    C last;
    synchronized (this) {
      closed = true;
      last = client;
      client = null;
    }
    if (last != null) {
      close.accept(last);
    }
  }
}
