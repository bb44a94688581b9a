package dev.millrace.testcontainers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/**
 * Waits until the service is ready. Ends early with the service's error if the service has ended,
 * for example because its model cannot be loaded.
 */
final class Readiness extends AbstractWaitStrategy {

  private static final long LOOK_MS = 100;

  @Override
  protected void waitUntilReady() {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://%s:%d/v2/health/ready"
                        .formatted(
                            waitStrategyTarget.getHost(),
                            waitStrategyTarget.getMappedPort(MillraceContainer.HTTP_PORT))))
            .timeout(Duration.ofSeconds(5))
            .build();
    long deadline = System.nanoTime() + startupTimeout.toNanos();
    String answer = "it did not answer";
    try {
      while (System.nanoTime() < deadline) {
        if (!waitStrategyTarget.isRunning()) {
          throw new ContainerLaunchException("the service has ended: " + errors());
        }
        try {
          var response = client.send(request, BodyHandlers.ofString());
          if (response.statusCode() == 200) {
            return;
          }
          answer = "it answered " + response.statusCode() + " " + response.body().strip();
        } catch (IOException e) {
          // The service does not listen yet.
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContainerLaunchException("interrupted while the service starts", e);
    }
    throw new ContainerLaunchException(
        "the service is not ready after %d s: %s; %s"
            .formatted(startupTimeout.toSeconds(), answer, errors()));
  }

  private String errors() {
    return waitStrategyTarget.getLogs(OutputType.STDERR).strip();
  }
}
