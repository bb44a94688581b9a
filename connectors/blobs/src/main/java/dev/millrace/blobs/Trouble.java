package dev.millrace.blobs;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

/**
 * Describes why a connection failed. The description does not repeat the exception's message,
 * because that message may contain addresses.
 */
final class Trouble {

  private Trouble() {}

  static String of(IOException e) {
    if (e instanceof UnknownHostException) {
      return "its name cannot be resolved";
    }
    if (e instanceof ConnectTimeoutException || e instanceof NoRouteToHostException) {
      return "it cannot be reached";
    }
    if (e instanceof ConnectException) {
      return "it refuses connections";
    }
    if (e instanceof SocketTimeoutException) {
      return "it was silent for too long";
    }
    if (e instanceof SSLException) {
      return "the TLS connection failed; check its certificate";
    }
    if (e instanceof ConnectionClosedException
        || e instanceof NoHttpResponseException
        || e instanceof SocketException) {
      return "it broke off the connection";
    }
    Throwable reason = e.getClass() == IOException.class && e.getCause() != null ? e.getCause() : e;
    return "the transfer failed (" + reason.getClass().getSimpleName() + ")";
  }
}
