package dev.millrace.service.page;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The addresses and the headers of a request.
 *
 * @param peer the address of the other end of the connection
 * @param local the address of this end of the connection
 * @param headers the request's headers
 */
record PageRequest(InetSocketAddress peer, InetSocketAddress local, Headers headers) {

  private static final String BEARER = "bearer ";

  static PageRequest of(HttpExchange exchange) {
    return new PageRequest(
        exchange.getRemoteAddress(), exchange.getLocalAddress(), exchange.getRequestHeaders());
  }

  /** Returns the only value of a header; empty if there is none, or more than one. */
  Optional<String> header(String name) {
    List<String> values = headers.get(name);
    return values != null && values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }

  /** Returns the host of the header {@code Host}, without its port and in lower case. */
  Optional<String> host() {
    return header("Host").flatMap(host -> hostOf("http://" + host));
  }

  /** Returns the header {@code Host}, with its port. */
  Optional<String> authority() {
    return header("Host").map(host -> host.toLowerCase(Locale.ROOT));
  }

  private static Optional<String> hostOf(String uri) {
    try {
      return Optional.ofNullable(new URI(uri).getHost()).map(host -> host.toLowerCase(Locale.ROOT));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Returns the token of {@code Authorization: Bearer TOKEN}. */
  Optional<String> bearer() {
    return header("Authorization")
        .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
        .map(value -> value.substring(BEARER.length()).strip());
  }

  /** Returns whether the connection stays on this machine, and no proxy forwards the request. */
  boolean isLocal() {
    return isLoopback(peer.getAddress())
        && isLoopback(local.getAddress())
        && !headers.containsKey("Forwarded")
        && !headers.containsKey("X-Forwarded-For")
        && !headers.containsKey("Via");
  }

  private static boolean isLoopback(InetAddress address) {
    return address != null && address.isLoopbackAddress();
  }
}
