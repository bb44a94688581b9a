package dev.millrace.blobs;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.RemoteAwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;

/**
 * Sends requests to the Hugging Face Hub. Follows redirects, because the hub stores large files on
 * other servers. These servers do not get the token. A redirect from {@code https:} may only lead
 * to {@code https:}. Not thread-safe.
 */
final class HubClient implements AutoCloseable {

  private static final int MOST_REDIRECTS = 5;

  private static final FetchLimits LIMITS =
      new FetchLimits(
          1L << 40, Duration.ofHours(2), Duration.ofSeconds(10), Duration.ofSeconds(30), 2);

  private final HubAccess access;
  private final CheckedResolver resolver;
  private final RenewedClient<CloseableHttpClient> client;

  /** Reads the body of an answer. */
  @FunctionalInterface
  interface Reader<T> {
    T read(InputStream body) throws IOException;
  }

  HubClient(HubAccess access) {
    this(access, resolver -> WebClients.open(LIMITS, resolver));
  }

  /**
   * Creates a client.
   *
   * @param open opens an HTTP client that uses the resolver
   */
  HubClient(HubAccess access, Function<CheckedResolver, CloseableHttpClient> open) {
    this.access = access;
    Networks any = Networks.publicAnd(List.of("0.0.0.0/0", "::/0"));
    this.resolver = new CheckedResolver(any, Lookup.SYSTEM, LIMITS.connect());
    this.client =
        new RenewedClient<>(
            () -> open.apply(resolver), opened -> opened.close(CloseMode.IMMEDIATE));
  }

  /**
   * Sends a GET request to the hub, and reads the answer.
   *
   * @param target the path below the hub's address, with a slash at its beginning
   * @param what the model to name in error messages
   * @throws RemoteAwayException if the hub does not work at the moment, or offline mode is on
   * @throws ModelException if the hub refuses
   */
  <T> T get(String target, HubRef what, Reader<T> reader) throws RemoteAwayException {
    if (access.offline()) {
      throw new RemoteAwayException("HF_HUB_OFFLINE is set", null);
    }
    URI next = URI.create(access.endpoint() + target);
    try {
      for (int redirects = 0; ; redirects++) {
        HttpGet request = new HttpGet(next);
        if (access.token() != null && access.isHub(next)) {
          request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + access.token());
        }
        try (ClassicHttpResponse response = open(request)) {
          int status = response.getCode();
          if (!HttpStatuses.isRedirect(status)) {
            if (!access.isHub(next) && status != 200) {
              throw new RemoteAwayException(
                  "the hub's file server " + next.getHost() + " answers with status " + status,
                  null);
            }
            requireData(response, what);
            HttpEntity entity = response.getEntity();
            return reader.read(
                entity == null ? InputStream.nullInputStream() : entity.getContent());
          }
          if (redirects == MOST_REDIRECTS) {
            throw refused(what, "is redirected more than " + MOST_REDIRECTS + " times");
          }
          next = redirected(next, response.getFirstHeader(HttpHeaders.LOCATION), what);
        } finally {
          request.cancel(); // does nothing if the answer was read to its end
        }
      }
    } catch (RemoteAwayException e) {
      throw e;
    } catch (IOException e) {
      throw new RemoteAwayException(next.getHost() + ": " + Trouble.of(e), e);
    }
  }

  private ClassicHttpResponse open(HttpGet request) throws IOException {
    HttpHost host =
        new HttpHost(
            request.getScheme(),
            request.getAuthority().getHostName(),
            request.getAuthority().getPort());
    return client.send(() -> false, opened -> WebClients.send(opened, host, request));
  }

  private static URI redirected(URI from, Header location, HubRef what) {
    try {
      URI next = location == null ? null : from.resolve(location.getValue());
      if (next != null && isUsable(next, from)) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw refused(what, "is redirected to an invalid address");
    }
    throw refused(what, "is redirected to an address that is not allowed");
  }

  private static boolean isUsable(URI next, URI from) {
    boolean sameScheme = from.getScheme().equalsIgnoreCase(next.getScheme());
    return (sameScheme || "https".equalsIgnoreCase(next.getScheme()))
        && next.getHost() != null
        && next.getRawUserInfo() == null;
  }

  private void requireData(ClassicHttpResponse response, HubRef what) throws RemoteAwayException {
    int status = response.getCode();
    Header code = response.getFirstHeader("X-Error-Code");
    String error = code == null ? "" : code.getValue();
    if (status == 200) {
      return;
    }
    if (error.equals("RevisionNotFound")) {
      throw refused(what, "does not exist: " + what.id() + " has no revision " + what.revision());
    }
    if (error.equals("GatedRepo") || status == 403) {
      throw refused(
          what,
          "is gated or private: accept its terms on "
              + access.endpoint()
              + "/"
              + what.id()
              + ", and set HF_TOKEN to a token that may read it");
    }
    if (status == 401) {
      throw refused(
          what,
          access.token() == null
              ? "does not exist or is private: check its name, or set HF_TOKEN to a token that may"
                  + " read it"
              : "cannot be read with the token in HF_TOKEN: check the name and the token");
    }
    if (status == 404 || status == 410) {
      throw refused(what, "does not exist (status " + status + "): check its name");
    }
    if (status >= 500 || status == 408 || status == 425 || status == 429) {
      throw new RemoteAwayException("the hub answers with status " + status, null);
    }
    throw refused(what, "cannot be read (status " + status + ")");
  }

  private static ModelException refused(HubRef what, String why) {
    return new ModelException(what + " " + why);
  }

  @Override
  public void close() {
    client.close();
    resolver.close();
  }
}
