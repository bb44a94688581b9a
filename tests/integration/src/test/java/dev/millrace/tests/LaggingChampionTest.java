package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests what an instance of the service does if, at its start, it cannot serve the last promoted
 * model version.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class LaggingChampionTest {

  @TempDir Path folder;

  private static double lagging(Pipeline pipeline) {
    return pipeline.registry.get("millrace.champion.lagging").gauge().value();
  }

  @Test
  void versionBefore_serves_untilTheChampionIsCopied(EmbeddedBroker broker) throws Exception {
    ModelVersion first = Models.publishRandom(folder, "lagging-before");
    try (LogLines log = new LogLines("dev.millrace.streams.control");
        Pipeline pipeline = Pipeline.start(broker, first, 1, Map.of())) {
      pipeline.stop();
      pipeline.promote(new Champion(2, 1, false));
      pipeline.start();

      assertThat(pipeline.service().serving()).contains(first);
      assertThat(pipeline.service().problems()).isEmpty();
      assertThat(pipeline.reports(1))
          .singleElement()
          .returns(2, SwapReport::version)
          .returns(SwapReport.Outcome.REJECTED, SwapReport::outcome)
          .returns(1, SwapReport::serving);
      assertThat(lagging(pipeline)).isEqualTo(1);
      assertThat(
              log.first(
                  line ->
                      line.level().equals(Level.WARN) && line.text().startsWith("lagging-before ")))
          .map(LogLines.Line::text)
          .hasValueSatisfying(
              text ->
                  assertThat(text)
                      .contains("lagging-before version 1", "serves until the champion can"));

      ModelVersion second = Models.publishRandom(folder, "lagging-before");
      await()
          .dontCatchUncaughtExceptions()
          .untilAsserted(() -> assertThat(pipeline.service().serving()).contains(second));
      assertThat(pipeline.reports(2).get(1).outcome()).isEqualTo(SwapReport.Outcome.SWAPPED);
      await()
          .dontCatchUncaughtExceptions()
          .untilAsserted(() -> assertThat(lagging(pipeline)).isZero());
    }
  }

  @Test
  void withoutAVersionThatCanServe_theInstanceWaitsOutsideTheGroup(EmbeddedBroker broker)
      throws Exception {
    ModelVersion first = Models.publishRandom(folder, "lagging-all");
    try (Pipeline pipeline = Pipeline.start(broker, first, 1, Map.of())) {
      pipeline.stop();
      pipeline.promote(new Champion(3, 2, false));
      pipeline.launch();
      try (HttpEndpoint endpoint =
          HttpEndpoint.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              pipeline.service(),
              pipeline.registry)) {
        HttpResponse<String> ready = get(endpoint, "/v2/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
            .contains("no promoted version of lagging-all can serve", "version 3:", "version 2:");
        assertThat(get(endpoint, "/v2/health/live").statusCode()).isEqualTo(200);
        assertThat(get(endpoint, "/v2/models/lagging-all").statusCode()).isEqualTo(503);
        assertThat(members(broker, pipeline.group())).isZero();
        // The service does not serve version 1, although it could, because version 1 was not
        // promoted.
        assertThat(pipeline.service().serving()).isEmpty();

        ModelVersion second = Models.publishRandom(folder, "lagging-all");
        pipeline.awaitRunning();
        assertThat(pipeline.service().serving()).contains(second);
        assertThat(get(endpoint, "/v2/health/ready").statusCode()).isEqualTo(200);
        pipeline.send(List.of(pipeline.image("one", Images.noise("png", 32, 32, 1))));
        assertThat(pipeline.predictions(1))
            .singleElement()
            .satisfies(one -> assertThat(one.value().model().version()).isEqualTo(2));
      }
    }
  }

  private static int members(EmbeddedBroker broker, String group) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin
          .describeConsumerGroups(List.of(group))
          .describedGroups()
          .get(group)
          .get()
          .members()
          .size();
    }
  }

  private static HttpResponse<String> get(HttpEndpoint endpoint, String path) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }
}
