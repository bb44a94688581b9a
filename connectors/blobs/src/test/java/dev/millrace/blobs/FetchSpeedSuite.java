package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Compares the speed of the fetcher with a bare loop over the AWS SDK. Both use 16 threads, and
 * read an object of 100 kB from a local S3 server that waits 50 ms before each answer.
 */
@Tag("nightly")
@Tag("speed")
class FetchSpeedSuite {

  private static final int THREADS = 16;
  private static final int FETCHES = 800;
  private static final int ROUNDS = 5;

  private static final FetchLimits LIMITS =
      new FetchLimits(
          1 << 20, Duration.ofMinutes(2), Duration.ofMinutes(1), Duration.ofMinutes(1), THREADS);

  @Test
  void fetcher_keepsUpWithABareLoop() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (S3Server server = S3Server.late("images", Duration.ofMillis(50));
        S3Client bare = S3Clients.open(Fetching.access(server), LIMITS);
        Fetcher fetcher =
            new Fetcher(
                new FetchConfig(
                    AllowList.of(List.of("s3://images")),
                    Networks.PUBLIC,
                    LIMITS,
                    Fetching.access(server)))) {
      server
          .client()
          .putObject(
              request -> request.bucket("images").key("x"),
              RequestBody.fromBytes(new byte[100_000]));
      Callable<Integer> bareFetch =
          () -> bare.getObject(request -> request.bucket("images").key("x")).readAllBytes().length;
      Callable<Integer> fetch =
          () -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            fetcher.fetch("s3://images/x", null, out);
            return out.size();
          };
      perSecond(threads, bareFetch);
      perSecond(threads, fetch);
      List<Double> shares = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        double limit = perSecond(threads, bareFetch);
        double reached = perSecond(threads, fetch);
        System.out.printf(
            "bare loop %.0f objects/s, fetcher %.0f objects/s: %.2f%n",
            limit, reached, reached / limit);
        shares.add(reached / limit);
      }
      shares.sort(null);
      assertThat(shares.get(ROUNDS / 2)).isGreaterThan(0.85);
    } finally {
      threads.shutdownNow();
    }
  }

  private static double perSecond(ExecutorService threads, Callable<Integer> fetch)
      throws Exception {
    long start = System.nanoTime();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < FETCHES; i++) {
      all.add(threads.submit(fetch));
    }
    for (Future<Integer> one : all) {
      assertThat(one.get()).isEqualTo(100_000);
    }
    return FETCHES / ((System.nanoTime() - start) / 1e9);
  }
}
