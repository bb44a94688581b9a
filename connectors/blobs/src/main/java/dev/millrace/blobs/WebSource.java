package dev.millrace.blobs;

import dev.millrace.blobs.CheckedResolver.ForbiddenAddressException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.io.CloseMode;

/** Opens pages of web servers. Follows at most three redirects, and only to allowed places. */
final class WebSource implements Source<WebRef> {

  private static final int MOST_REDIRECTS = 3;

  private final AllowList allowed;
  private final CheckedResolver resolver;
  private final RenewedClient<CloseableHttpClient> client;

  WebSource(FetchConfig config, Lookup lookup) {
    this(
        config,
        new CheckedResolver(config.networks(), lookup, config.limits().connect()),
        resolver -> WebClients.open(config.limits(), resolver));
  }

  /**
   * Creates a source.
   *
   * @param resolver resolves host names; the source closes it
   * @param open opens a client that uses the resolver
   */
  WebSource(
      FetchConfig config,
      CheckedResolver resolver,
      Function<CheckedResolver, CloseableHttpClient> open) {
    this.allowed = config.allowed();
    this.resolver = resolver;
    this.client =
        new RenewedClient<>(
            () -> open.apply(resolver), opened -> opened.close(CloseMode.IMMEDIATE));
  }

  @Override
  public Body open(WebRef ref, Watch watch)
      throws RefusedException, StoreAwayException, IOException {
    WebRef current = ref;
    for (int redirects = 0; ; redirects++) {
      Exchange exchange = send(current, watch);
      boolean opened = false;
      try {
        int status = exchange.response().getCode();
        if (HttpStatuses.isRedirect(status) && redirects == MOST_REDIRECTS) {
          throw new RefusedException(
              Refused.Reason.UNUSABLE,
              "the web server redirects more than " + MOST_REDIRECTS + " times");
        } else if (HttpStatuses.isRedirect(status)) {
          current = next(current, exchange.response().getFirstHeader(HttpHeaders.LOCATION));
        } else {
          HttpStatuses.requireData(status, ref.store()); // a redirect's target may be internal
          opened = true;
          return exchange.body();
        }
      } finally {
        if (!opened) {
          exchange.breakOff();
        }
      }
    }
  }

  /**
   * Sends a request. Opens a new connection if the server has just closed the kept-alive
   * connection.
   */
  private Exchange send(WebRef ref, Watch watch) throws RefusedException, IOException {
    try {
      return sendOnce(ref, watch);
    } catch (NoHttpResponseException e) {
      return sendOnce(ref, watch);
    } catch (ForbiddenAddressException e) {
      throw new RefusedException(
          Refused.Reason.NOT_ALLOWED, "the name of its web server leads to no allowed address");
    }
  }

  private Exchange sendOnce(WebRef ref, Watch watch) throws IOException {
    HttpGet request = new HttpGet(URI.create(ref.store() + ref.target()));
    watch.guard(request::cancel);
    HttpHost host = new HttpHost(ref.scheme(), ref.host(), ref.port());
    return client.send(
        watch::hasEnded, opened -> new Exchange(request, WebClients.send(opened, host, request)));
  }

  /**
   * Follows a redirect. The message of a refusal never depends on the target, because the record's
   * author may read the message.
   */
  private WebRef next(WebRef current, Header location) throws RefusedException {
    DataRef next = location == null ? null : resolve(current, location.getValue());
    if (next instanceof WebRef page && allowed.admits(page)) {
      return page;
    }
    throw new RefusedException(
        Refused.Reason.NOT_ALLOWED, "the web server redirects to no allowed place");
  }

  private static DataRef resolve(WebRef current, String location) {
    try {
      URI base = URI.create(current.store() + current.target());
      return DataRef.parse(base.resolve(location).toString());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void close() {
    client.close();
    resolver.close();
  }

  /**
   * A request and its answer. The class does not close the answer, because closing it would first
   * read the rest of the body, which may be very long.
   */
  private record Exchange(HttpGet request, ClassicHttpResponse response) {

    Body body() throws IOException {
      HttpEntity entity = response.getEntity();
      Header tag = response.getFirstHeader(HttpHeaders.ETAG);
      return new Body(
          entity == null ? InputStream.nullInputStream() : entity.getContent(),
          entity == null ? 0 : entity.getContentLength(),
          tag == null ? null : tag.getValue(),
          this::breakOff);
    }

    /**
     * Aborts the request. If the client has read the answer to its end, this method does nothing,
     * so that the connection stays alive.
     */
    void breakOff() {
      request.cancel();
    }
  }
}
