package dev.millrace.blobs;

import dev.millrace.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Builds fetchers for tests, and fetches text. */
final class Fetching {

  /** Long limits, so that no test depends on the speed of the machine. */
  static final FetchLimits PATIENT =
      new FetchLimits(
          1000, Duration.ofMinutes(10), Duration.ofMinutes(2), Duration.ofMinutes(9), 4);

  /** Resolves every host name to this machine. */
  static final Lookup LOOPBACK = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};

  private static final S3Access S3_NOWHERE = new S3Access(null, "us-east-1", false);

  private Fetching() {}

  static Fetcher from(String... places) {
    return from(PATIENT, places);
  }

  static Fetcher from(FetchLimits limits, String... places) {
    return new Fetcher(config(Networks.PUBLIC, limits, places), LOOPBACK);
  }

  static FetchConfig config(Networks networks, FetchLimits limits, String... places) {
    return new FetchConfig(AllowList.of(List.of(places)), networks, limits, S3_NOWHERE);
  }

  static FetchLimits limits(long total, long silence) {
    return new FetchLimits(
        1000, Duration.ofMillis(total), Duration.ofMinutes(2), Duration.ofMillis(silence), 4);
  }

  /** {@return the configuration of the access to a local S3 server} */
  static S3Access access(S3Server server) {
    return new S3Access(server.endpoint(), "us-east-1", true);
  }

  /** {@return the fetched text and its tag} */
  static String text(Fetcher fetcher, String uri) throws StoreAwayException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FetchResult result = fetcher.fetch(uri, null, out);
    if (!(result instanceof Fetched)) {
      throw new AssertionError(result + "");
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  static FetchResult fetch(Fetcher fetcher, String uri)
      throws StoreAwayException, InterruptedException {
    return fetcher.fetch(uri, null, new ByteArrayOutputStream());
  }

  /** {@return the reason for which a fetch is refused} */
  static Refused.Reason refusal(Fetcher fetcher, String uri)
      throws StoreAwayException, InterruptedException {
    FetchResult result = fetch(fetcher, uri);
    if (!(result instanceof Refused refused)) {
      throw new AssertionError(result + "");
    }
    return refused.reason();
  }
}
