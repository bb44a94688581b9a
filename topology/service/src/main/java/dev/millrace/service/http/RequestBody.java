package dev.millrace.service.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.service.http.infer.RefusedRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The body of one request. Limits the body's size and the time to receive it. Used by one thread.
 *
 * <p>The server closes the connection of a client that sends nothing for a while. Before the server
 * does so, this class answers a client that sends too slowly with an error.
 */
final class RequestBody {

  /** The longest time that a client may take to send its body. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(4);

  private static final int PIECE = 8 << 10;

  private final InputStream in;
  private final Headers headers;
  private final int mostBytes;
  private final LongSupplier nanoTime;
  private final long begin;

  /**
   * @param exchange the request, whose body has not been read
   * @param mostBytes the largest body, in bytes
   * @param nanoTime the clock
   */
  RequestBody(HttpExchange exchange, int mostBytes, LongSupplier nanoTime) {
    this.mostBytes = mostBytes;
    this.in = exchange.getRequestBody();
    this.headers = exchange.getRequestHeaders();
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
  }

  /**
   * Returns the length of the body, in bytes.
   *
   * @throws RefusedRequestException if the body is compressed, too large, or of unknown length
   */
  int length() {
    String encoding = headers.getFirst("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RefusedRequestException(
          415, "the body is compressed (" + encoding + "); send it without Content-Encoding");
    }
    String length = headers.getFirst("Content-Length");
    if (length == null) {
      throw new RefusedRequestException(411, "the request has no Content-Length; give it one");
    }
    long bytes = Long.parseLong(length); // the server has parsed it before
    if (bytes > mostBytes) {
      throw new RefusedRequestException(
          413, "the body has " + bytes + " bytes; at most " + mostBytes + " are read");
    }
    return (int) bytes;
  }

  /**
   * Reads the body.
   *
   * @param length the length of the body, in bytes
   * @throws RefusedRequestException if the client sends too slowly
   * @throws IOException if the connection ends
   */
  byte[] read(int length) throws IOException {
    byte[] body = new byte[length];
    int read = 0;
    while (read < length) {
      int more = in.read(body, read, Math.min(PIECE, length - read));
      if (more < 0) {
        throw new IOException("the connection ended within the body");
      }
      read += more;
      if (isLate()) {
        throw new RefusedRequestException(
            408, "the body took longer than " + TimeUnit.NANOSECONDS.toSeconds(MOST_NANOS) + " s");
      }
    }
    return body;
  }

  /**
   * Reads and drops the rest of the body. Must be called after the answer was sent. Otherwise the
   * server would reset the connection of a client that still sends, and the client might not get
   * the answer.
   */
  void discard() {
    byte[] piece = new byte[PIECE];
    long left = mostBytes;
    try {
      for (int read = 0; read >= 0 && left > 0 && !isLate(); left -= read) {
        read = in.read(piece);
      }
    } catch (IOException e) {
      // the client has ended the connection, so it sends no more
    }
  }

  private boolean isLate() {
    return nanoTime.getAsLong() - begin > MOST_NANOS;
  }
}
