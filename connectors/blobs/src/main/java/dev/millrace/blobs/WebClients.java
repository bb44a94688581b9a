package dev.millrace.blobs;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Builds HTTP clients without automatic behaviour: no redirects, retries, cookies, credentials,
 * decompression or proxies. The clients also ignore the JVM's proxy settings.
 */
final class WebClients {

  private static final int MOST_HEADERS = 100;
  private static final int LONGEST_HEADER = 16 * 1024;

  /**
   * Idle time after which the client checks a kept-alive connection before it uses the connection
   * again.
   */
  private static final TimeValue UNCHECKED = TimeValue.ofMilliseconds(200);

  private WebClients() {}

  static CloseableHttpClient open(FetchLimits limits, DnsResolver resolver) {
    Timeout connect = timeout(limits.connect());
    Timeout silence = timeout(limits.silence());
    PoolingHttpClientConnectionManagerBuilder connections = new DirectConnections();
    connections
        .setDnsResolver(resolver)
        .setMaxConnTotal(limits.concurrency())
        .setMaxConnPerRoute(limits.concurrency())
        .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(silence).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(connect)
                .setSocketTimeout(silence)
                .setValidateAfterInactivity(UNCHECKED)
                .build())
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(
                    Http1Config.custom()
                        .setMaxHeaderCount(MOST_HEADERS)
                        .setMaxLineLength(LONGEST_HEADER)
                        .build())
                .build());
    return HttpClients.custom()
        .setConnectionManager(connections.build())
        .setRoutePlanner(new DefaultRoutePlanner(null))
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectionRequestTimeout(timeout(limits.total()))
                .setResponseTimeout(silence)
                .setProtocolUpgradeEnabled(false)
                .build())
        .setUserAgent("millrace")
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableContentCompression()
        .build();
  }

  /**
   * Sends a request, and returns its answer before the body is read.
   *
   * @throws IOException if the connection fails, or the answer is malformed. If its status is 0,
   *     the client itself throws an unchecked exception
   */
  static ClassicHttpResponse send(CloseableHttpClient client, HttpHost host, HttpGet request)
      throws IOException {
    try {
      return client.executeOpen(host, request, HttpClientContext.create());
    } catch (IllegalArgumentException e) {
      throw new IOException(e);
    }
  }

  private static Timeout timeout(Duration duration) {
    return Timeout.of(duration);
  }

  /** Opens sockets that ignore the JVM's SOCKS proxy. */
  private static final class DirectConnections extends PoolingHttpClientConnectionManagerBuilder {
    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver resolver, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          proxy -> new Socket(Proxy.NO_PROXY),
          ports,
          resolver,
          RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
    }
  }
}
