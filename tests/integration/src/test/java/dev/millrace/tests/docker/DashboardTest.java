package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.ContainerEngine;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.SharedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the queries of Grafana's dashboard on a real Prometheus, which reads the metrics of a
 * running service.
 */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class DashboardTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * Name of the model. No other test of the shared broker may use this name, because a promotion
   * applies to all models of one name.
   */
  private static final String NAME = "on-dashboard";

  private static final String LABELS = "dashboard.labels";

  @TempDir private Path folder;

  @Test
  void eachQuery_hasData(EmbeddedBroker embedded) throws Exception {
    Prometheus.program("prometheus");
    Path repository = folder.resolve("models");
    ModelVersion model = Samples.model(repository, NAME);
    Samples.model(repository, NAME);
    Broker broker = new Broker(embedded.bootstrapServers());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", embedded.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(LABELS, 1, (short) 1))).all().get();
    }
    Object[] serve = {
      "serve",
      "--bootstrap-servers",
      embedded.bootstrapServers(),
      "--repository",
      repository,
      "--model",
      model.name(),
      "--version",
      1,
      "--application-id",
      "dashboard",
      "--input",
      "dashboard",
      "--output",
      "dashboard.predictions",
      "--labels-topic",
      LABELS,
      "--create-topics",
      2,
      "--http",
      0
    };
    try (MillraceProcess service = MillraceProcess.start(folder, "", serve)) {
      int port = Integer.parseInt(service.awaitLine("ready .*, http .*:(\\d+)", PATIENCE));
      MillraceProcess.run(
          folder,
          "models",
          "promote",
          "--bootstrap-servers",
          embedded.bootstrapServers(),
          "--repository",
          repository,
          "--model",
          model.name(),
          "--version",
          2);
      try (Prometheus prometheus = Prometheus.start(folder, port)) {
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsInstanceOf(java.net.ConnectException.class)
            .untilAsserted(
                () -> {
                  Map<String, byte[]> images = Samples.images("", 20);
                  broker.send("dashboard", images);
                  byte[] label = "class-1".getBytes(StandardCharsets.UTF_8);
                  broker.send(
                      LABELS,
                      images.keySet().stream()
                          .collect(Collectors.toMap(Function.identity(), id -> label)));
                  broker.send(
                      "dashboard", Map.of("a", "no image".getBytes(StandardCharsets.UTF_8)));
                  assertThat(withoutData(prometheus)).isEmpty();
                });
      }
    }
  }

  @Test
  void settings_areValid() throws Exception {
    Path promtool = Prometheus.program("promtool");
    Process check =
        new ProcessBuilder(
                promtool.toString(),
                "check",
                "config",
                ContainerEngine.ROOT.resolve("docker/prometheus/prometheus.yml").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor()).as(output).isZero();
  }

  private static Map<String, String> withoutData(Prometheus prometheus) throws Exception {
    Map<String, String> missing = new LinkedHashMap<>();
    for (Map.Entry<String, String> query : Dashboard.queries("10s").entrySet()) {
      if (!prometheus.hasData(query.getValue())) {
        missing.put(query.getKey(), query.getValue());
      }
    }
    return missing;
  }
}
