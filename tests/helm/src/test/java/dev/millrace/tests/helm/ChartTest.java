package dev.millrace.tests.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {

  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  @TempDir private Path folder;

  @Test
  void lint_findsNothing() throws Exception {
    Path chart = folder.resolve("millrace");
    Chart.copy(chart, Chart.leastValues());
    LintResult result = new Helm(chart).lint().strict().call();

    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages()).noneMatch(line -> line.contains("WARN"));
  }

  @Test
  void objects_fitTheSchemasOfKubernetes() throws Exception {
    for (Map<String, String> values : List.of(Chart.leastValues(), Chart.everything())) {
      Map<String, JsonNode> objects = Chart.render(values);
      assertThat(objects.values().stream().filter(Schemas::has)).hasSize(5);
      for (JsonNode object : objects.values()) {
        if (Schemas.has(object)) {
          Schemas.check(object);
        }
      }
    }
  }

  @Test
  void schemas_refuseAnUnknownField() throws Exception {
    JsonNode deployment = Chart.render(Chart.leastValues()).get("Deployment");
    ((ObjectNode) deployment.at("/spec/template/spec")).put("terminationGracePeriod", 35);

    assertThatThrownBy(() -> Schemas.check(deployment))
        .hasMessageContaining("terminationGracePeriod");
  }

  @Test
  void pod_hasNoRightsAndTimeToStop() throws Exception {
    JsonNode pod = Chart.render(Chart.leastValues()).get("Deployment").at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(pod.at("/terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(35);
    assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/v2/health/live");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/v2/health/live");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/v2/health/ready");
  }

  /** The chart passes only options to `serve` that the reference of `serve` lists. */
  @Test
  void options_areThoseOfServe() throws Exception {
    String reference = Files.readString(Chart.ROOT.resolve("topology/service/REFERENCE.md"));
    String all = reference.substring(0, reference.indexOf("\n### `millrace demo`"));
    String serve =
        reference.replaceFirst("(?s).*### `millrace serve`", "").replaceFirst("(?s)\n### .*", "");
    List<String> options = new ArrayList<>();
    for (Map<String, String> values : List.of(Chart.leastValues(), Chart.everything())) {
      Chart.render(values)
          .get("Deployment")
          .at("/spec/template/spec/containers/0/args")
          .forEach(word -> options.add(word.asText().replaceFirst("=.*", "")));
    }

    assertThat(options.remove(0)).isEqualTo("serve");
    assertThat(options)
        .contains("--device", "--config", "--repository-cache")
        .filteredOn(option -> option.startsWith("--"))
        .allSatisfy(option -> assertThat(all + serve).containsPattern("`" + option + "[=`\\[]"));
  }

  @ParameterizedTest
  @CsvSource({"4, 8, 4", "16, 8, 8", "8, 8, 8"})
  void instances_areAtMostThePartitions(int partitions, int most, int expected) throws Exception {
    Map<String, String> values = Chart.everything();
    values.put("kafka.partitions", Integer.toString(partitions));
    values.put("autoscaling.maxReplicas", Integer.toString(most));

    Map<String, JsonNode> objects = Chart.render(values);

    JsonNode scaled = objects.get("ScaledObject").get("spec");
    assertThat(scaled.get("maxReplicaCount").asInt()).isEqualTo(expected);
    JsonNode trigger = scaled.at("/triggers/0/metadata");
    assertThat(trigger.get("consumerGroup").asText()).isEqualTo("millrace-resnet20");
    assertThat(trigger.get("excludePersistentLag").asText()).isEqualTo("true");
    assertThat(trigger.get("allowIdleConsumers").asText()).isEqualTo("false");
    assertThat(scaled.at("/scaleTargetRef/name"))
        .isEqualTo(objects.get("Deployment").at("/metadata/name"));
    assertThat(objects.get("Deployment").at("/spec/replicas").isMissingNode()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"'', millrace-resnet20", "green, green"})
  void group_isThatOfTheValues(String group, String expected) throws Exception {
    Map<String, String> values = Chart.everything();
    values.put("kafka.group", group);

    Map<String, JsonNode> objects = Chart.render(values);

    assertThat(objects.get("Deployment").at("/spec/template/spec/containers/0/args"))
        .extracting(JsonNode::asText)
        .contains("--application-id=" + expected);
    JsonNode trigger = objects.get("ScaledObject").at("/spec/triggers/0/metadata");
    assertThat(trigger.get("consumerGroup").asText()).isEqualTo(expected);
  }

  /**
   * KEDA's scaler of Kafka compares the committed offsets with those of its last reading. A query
   * of the autoscaler must not be such a reading.
   */
  @Test
  void queriesOfTheAutoscaler_readNoOffsets() throws Exception {
    JsonNode trigger = Chart.render(Chart.everything()).get("ScaledObject").at("/spec/triggers/0");

    assertThat(trigger.path("useCachedMetrics").isBoolean()).isTrue();
    assertThat(trigger.path("useCachedMetrics").asBoolean()).isTrue();
  }

  /** The script docker/helm/check-custom-resources reads the file. */
  @Test
  void customResources_areWrittenToAFile() throws Exception {
    Map<String, JsonNode> objects = Chart.render(Chart.everything());
    List<JsonNode> custom = List.of(objects.get("ScaledObject"), objects.get("ServiceMonitor"));

    Path file = Files.writeString(Path.of("target/custom-resources.json"), custom.toString());

    assertThat(file).content().contains("keda.sh/v1alpha1", "monitoring.coreos.com/v1");
  }

  /** KEDA requires that all metadata values of a trigger are strings. */
  @Test
  void metadataOfTheTrigger_areTexts() throws Exception {
    JsonNode metadata =
        Chart.render(Chart.everything()).get("ScaledObject").at("/spec/triggers/0/metadata");

    assertThat(metadata).hasSizeGreaterThan(5).allMatch(JsonNode::isTextual);
  }

  @Test
  void serviceMonitor_findsTheService() throws Exception {
    Map<String, JsonNode> objects = Chart.render(Chart.everything());
    JsonNode monitor = objects.get("ServiceMonitor").get("spec");

    monitor
        .at("/selector/matchLabels")
        .properties()
        .forEach(
            label ->
                assertThat(objects.get("Service").at("/metadata/labels").get(label.getKey()))
                    .isEqualTo(label.getValue()));
    assertThat(monitor.at("/endpoints/0/port"))
        .isEqualTo(objects.get("Service").at("/spec/ports/0/name"));
  }

  @Test
  void jobOfTheServiceMonitor_isThatOfTheAlerts() throws Exception {
    Map<String, JsonNode> objects = Chart.render(Chart.everything());
    String label = objects.get("ServiceMonitor").at("/spec/jobLabel").asText();
    String job = objects.get("Service").at("/metadata/labels").path(label).asText();

    assertThat(Chart.ROOT.resolve("docker/prometheus/alerts.yml"))
        .content()
        .contains("job=\"" + job + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "kafka.bootstrapServers, '', bootstrapServers",
    "model.name, '', name",
    "model.uri, s3://bucket/models, model",
    "model.claim, '', model",
    "terminationGracePeriodSeconds, 30, terminationGracePeriodSeconds",
    "kafka.partitions, 0, partitions",
    "no-such-value, 1, no-such-value",
  })
  void wrongValue_isRefusedByName(String key, String value, String named) {
    Map<String, String> values = Chart.leastValues();
    values.put(key, value);

    assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining(named);
  }

  @Test
  void moreInstancesThanPartitions_areRefused() {
    Map<String, String> values = Chart.everything();
    values.put("autoscaling.minReplicas", "9");

    assertThatThrownBy(() -> Chart.render(values))
        .hasMessageContaining("at most 8 instances would have a partition");
  }

  @Test
  void version_isThatOfTheProject() throws IOException {
    var version = VERSION.matcher(Files.readString(Chart.ROOT.resolve("pom.xml")));
    assertThat(version.find()).isTrue();

    assertThat(Chart.yaml("Chart.yaml").get("version").asText()).isEqualTo(version.group(1));
    assertThat(Chart.yaml("Chart.yaml").get("appVersion").asText()).isEqualTo(version.group(1));
  }
}
