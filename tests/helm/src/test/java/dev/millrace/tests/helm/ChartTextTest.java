package dev.millrace.tests.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the chart writes names, labels and numbers. */
class ChartTextTest {

  @TempDir private Path folder;

  /** A Service needs a name that a label of DNS (RFC 1035) may have. */
  @ParameterizedTest
  @CsvSource({
    "photos, photos-millrace",
    "millrace, millrace",
    "team.photos, team-photos-millrace",
    "1.5, millrace-1-5",
    "2-millrace, millrace-2-millrace",
    "a23456789-123456789-123456789-123456789-123456789-123, "
        + "a23456789-123456789-123456789-123456789-123456789-123-millrace",
    "123456789-123456789-123456789-123456789-123456789-123, "
        + "millrace-123456789-123456789-123456789-123456789-123456789-123",
  })
  void name_isThatOfARelease(String release, String expected) throws Exception {
    Map<String, JsonNode> objects = rendered(release);

    String name = objects.get("Service").at("/metadata/name").asText();
    assertThat(name).isEqualTo(expected).matches("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");
  }

  @ParameterizedTest
  @CsvSource({"1.5", "12", "true", "null", "1e3"})
  void releaseInLabels_isText(String release) throws Exception {
    for (JsonNode object : rendered(release).values()) {
      JsonNode label = object.at("/metadata/labels/app.kubernetes.io~1instance");
      assertThat(label).hasToString('"' + release + '"');
    }
  }

  @Test
  void account_isText() throws Exception {
    Map<String, String> values = Chart.leastValues();
    Path file = Files.writeString(folder.resolve("values.yaml"), "serviceAccount: {name: '12'}");

    Map<String, JsonNode> objects =
        Chart.render(Chart.FOLDER, values, template -> template.withValuesFile(file));

    assertThat(objects.get("ServiceAccount").at("/metadata/name")).hasToString("\"12\"");
    assertThat(objects.get("Deployment").at("/spec/template/spec/serviceAccountName"))
        .hasToString("\"12\"");
  }

  /** Helm reads the numbers of a file as floating-point numbers. */
  @Test
  void largeNumbers_haveNoExponent() throws Exception {
    String numbers =
        """
        kafka: {partitions: 2000000, createTopics: true}
        terminationGracePeriodSeconds: 2000000
        startSeconds: 4000000
        podDisruptionBudget: {maxUnavailable: 2000000}
        replicas: 2000000
        autoscaling:
          enabled: %s
          minReplicas: 2000000
          maxReplicas: 2000000
          lagThreshold: 2000000
          activationLagThreshold: 2000000
          pollingInterval: 2000000
          cooldownPeriod: 2000000
        """;
    for (boolean scaled : new boolean[] {true, false}) {
      Path file = Files.writeString(folder.resolve(scaled + ".yaml"), numbers.formatted(scaled));

      Map<String, JsonNode> objects =
          Chart.render(
              Chart.FOLDER, Chart.leastValues(), template -> template.withValuesFile(file));

      assertThat(objects).hasSize(scaled ? 6 : 5);
      for (JsonNode object : objects.values()) {
        assertThat(object.toString()).doesNotContain("e+06", "E6", "2000000.0");
      }
    }
  }

  @Test
  void plusInTheVersion_isReplacedInLabelsAndTag() throws Exception {
    Path chart = folder.resolve("millrace");
    Chart.copy(chart, Chart.leastValues());
    Path metadata = chart.resolve("Chart.yaml");
    Files.writeString(
        metadata,
        Files.readString(metadata).replaceAll("(?m)^(version|appVersion):.*", "$1: 1.2.3+build.4"));

    Map<String, JsonNode> objects = Chart.render(chart, Chart.leastValues(), template -> {});

    JsonNode deployment = objects.get("Deployment");
    JsonNode labels = deployment.at("/metadata/labels");
    assertThat(labels.get("helm.sh/chart").asText()).isEqualTo("millrace-1.2.3_build.4");
    assertThat(labels.get("app.kubernetes.io/version").asText()).isEqualTo("1.2.3_build.4");
    assertThat(deployment.at("/spec/template/spec/containers/0/image").asText())
        .isEqualTo("millrace:1.2.3_build.4");
  }

  @ParameterizedTest
  @CsvSource({"8, false, false", "9, false, true", "9, true, false"})
  void notes_warnOfIdleInstances(String replicas, String scaled, boolean warned) throws Exception {
    Path chart = folder.resolve("millrace");
    Chart.copy(chart, Chart.leastValues());
    String notes = Files.readString(chart.resolve("templates/NOTES.txt"));
    Files.writeString(
        chart.resolve("templates/notes.yaml"),
        "{{- define \"notes\" }}"
            + notes
            + "{{ end -}}\nkind: Notes\ntext: {{ include \"notes\" . | toJson }}\n");
    Map<String, String> values = Chart.leastValues();
    values.put("replicas", replicas);
    values.put("autoscaling.enabled", scaled);

    String text = Chart.render(chart, values, template -> {}).get("Notes").get("text").asText();

    assertThat(text).contains("resnet20").doesNotContain("%!");
    assertThat(text.contains("Warning: there are 9 instances and 8 partitions")).isEqualTo(warned);
  }

  private static Map<String, JsonNode> rendered(String release) throws Exception {
    return Chart.render(Chart.FOLDER, Chart.everything(), template -> template.withName(release));
  }
}
