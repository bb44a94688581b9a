package dev.millrace.blobs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves host names for the HTTP client, and leaves out the addresses to which the client may not
 * connect. The client connects only to the returned addresses. Therefore, a name server cannot give
 * an allowed address to the check and another address to the connection.
 *
 * <p>A URI with an IP address instead of a host name needs no check here, because the allow-list
 * contains this address.
 */
final class CheckedResolver implements DnsResolver, AutoCloseable {

  /** Thrown if a name has addresses, but the client may connect to none of them. */
  static final class ForbiddenAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1;
  }

  private final Networks networks;
  private final Lookup lookup;
  private final Duration limit;

  /**
   * Runs the look-ups, because a look-up in the operating system cannot be interrupted and may take
   * minutes.
   */
  private final ExecutorService lookups =
      Executors.newCachedThreadPool(DaemonThreads.named("millrace-fetch-lookup"));

  CheckedResolver(Networks networks, Lookup lookup, Duration limit) {
    this.networks = networks;
    this.lookup = lookup;
    this.limit = limit;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    if (HostName.isAddress(host)) {
      return new InetAddress[] {InetAddress.getByName(host)};
    }
    InetAddress[] allowed =
        Arrays.stream(addresses(host)).filter(networks::admit).toArray(InetAddress[]::new);
    if (allowed.length == 0) {
      throw new ForbiddenAddressException();
    }
    return allowed;
  }

  private InetAddress[] addresses(String host) throws UnknownHostException {
    Future<InetAddress[]> answer;
    try {
      answer = lookups.submit(() -> lookup.addresses(host));
    } catch (RejectedExecutionException e) { // the resolver was closed
      throw unknown(host, e);
    }
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw unknown(host, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host, e);
    } finally {
      answer.cancel(true);
    }
  }

  private static UnknownHostException unknown(String host, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(host);
    unknown.initCause(cause);
    return unknown;
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  @Override
  public void close() {
    lookups.shutdownNow();
  }
}
