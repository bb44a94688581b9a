package dev.millrace.tests.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values that the chart refuses, and the list of all values. */
class ChartValuesTest {

  /** Values whose keys Kubernetes defines. */
  private static final Set<String> WHOLE = Set.of("resources", "strategy.rollingUpdate");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env: [{name: A, value: 1}]",
        "env: [{name: A, value: true}]",
        "env: [{value: a}]",
        "env: [{name: A, val: a}]",
        "env: [{name: A, value: a, valueFrom: {}}]",
        "env: [{name: A, valueFrom: a}]",
        "imagePullSecrets: [{name: 1}]",
        "imagePullSecrets: [{name: a, key: b}]",
        "imagePullSecrets: [a]",
        "podAnnotations: {a: true}",
        "podLabels: {a: 1}",
        "nodeSelector: {a: true}",
        "serviceAccount: {annotations: {a: 1}}",
        "serviceMonitor: {labels: {a: 1}}",
        "podDisruptionBudget: {maxUnavailable: some}",
        "podDisruptionBudget: {maxUnavailable: -1}",
        "podDisruptionBudget: {maxUnavailable: '1'}",
        "podDisruptionBudget: {unhealthyPodEvictionPolicy: Never}",
        "image: {digest: 'sha256:12'}",
        "image: {tag: 'a:b'}",
        "model: {claim: '', uri: 'ftp://host/models'}",
        "model: {claim: '', uri: 'see s3://bucket/models'}",
        "model: {claim: '', uri: 's3://bucket/my models'}",
        "strategy: {type: OnDelete}",
        "cache: {sizeLimit: much}",
        "kafka: {group: 'my group'}",
        "kafka: {bootstrapServers: 'broker:0'}",
        "podLabels: {app.kubernetes.io/name: a}",
        "podLabels: {app.kubernetes.io/instance: a}",
        "podLabels: {app.kubernetes.io/version: a}",
        "podLabels: {helm.sh/chart: a}",
        "serviceMonitor: {labels: {app.kubernetes.io/name: a}}",
      })
  void wrongType_isRefused(String yaml) {
    String value = yaml.substring(0, yaml.indexOf(':'));

    assertThatThrownBy(() -> render(yaml)).hasMessageContaining("at '/" + value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env: [{name: A, value: '1'}, {name: B, valueFrom: {fieldRef: {fieldPath: a}}}]",
        "env: [{name: A}]",
        "env: [{name: MILLRACE_OPTS, value: -Xmx1g}]",
        "podDisruptionBudget: {maxUnavailable: 50%}",
        "podLabels: {app.kubernetes.io/component: a}",
        "options: [--http-allowed-host=host, --model-x, --metrics=all, -Xmax.poll.records=1]",
        "resources: {requests: null}",
        "strategy: {type: Recreate, rollingUpdate: null}",
      })
  void rightType_isAccepted(String yaml) {
    assertThatCode(() -> render(yaml)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--http",
        "--http-host",
        "--model",
        "--repository",
        "--repository-cache",
        "--application-id",
        "--input",
        "--input-pattern",
        "--output",
        "--guarantee",
        "--bootstrap-servers",
        "--device",
        "--config",
        "--create-topics",
        "-Xapplication.id",
        "-X=bootstrap.servers",
        "-Xprocessing.guarantee",
      })
  void optionOfTheChart_isRefused(String option) {
    for (String form : new String[] {option, option + "=1"}) {
      assertThatThrownBy(() -> render("options: [--top=3, " + form + "]"))
          .hasMessageContaining("at '/options/1'");
    }
  }

  @Test
  void optionsOfTheChart_areAllRefusedAmongTheOptions() throws Exception {
    Map<String, String> values = Chart.everything();
    values.remove("options[0]");

    for (JsonNode arg :
        Chart.render(values).get("Deployment").at("/spec/template/spec/containers/0/args")) {
      if (arg.asText().startsWith("-")) {
        assertThatThrownBy(() -> render("options: ['" + arg.asText() + "']"))
            .hasMessageContaining("at '/options/0'");
      }
    }
  }

  @Test
  void optionsOfTheJvm_haveOnePlace() {
    assertThatThrownBy(
            () ->
                render(
                    """
                    jvmOptions: -Xmx1g
                    env: [{name: MILLRACE_OPTS, value: -Xmx2g}]
                    """))
        .hasMessageContaining("jvmOptions also sets MILLRACE_OPTS");
  }

  /** A value that is null removes the default, and the templates need each of them. */
  @Test
  void valueWithoutDefault_isRefusedByName() throws Exception {
    Set<String> needed = paths(Chart.yaml("values.yaml"), "", false);
    needed.remove("strategy.rollingUpdate");

    for (String path : needed) {
      String name = path.substring(path.lastIndexOf('.') + 1);
      assertThatThrownBy(() -> render(path.replace(".", ": {") + ": null" + closing(path)))
          .as(path)
          .hasMessageContaining("missing propert")
          .hasMessageContaining("'" + name + "'");
    }
  }

  /** README.md has a row for each value of values.yaml. */
  @Test
  void readme_listsAllValues() throws Exception {
    String table =
        Files.readString(Chart.FOLDER.resolveSibling("README.md"))
            .replaceFirst("(?s).*\n## Values\n", "")
            .replaceFirst("(?s)\n## .*", "");

    assertThat(paths(Chart.yaml("values.yaml"), "", true))
        .hasSizeGreaterThan(50)
        .allSatisfy(path -> assertThat(table).contains("`" + path + "`"));
  }

  private Map<String, JsonNode> render(String yaml) throws IOException {
    Path chart = folder.resolve("millrace");
    if (!Files.exists(chart)) {
      Chart.copy(chart, Chart.leastValues());
    }
    Path file = Files.writeString(folder.resolve("values.yaml"), yaml);
    return Chart.render(chart, Map.of(), template -> template.withValuesFile(file));
  }

  private static String closing(String path) {
    return "}".repeat((int) path.chars().filter(letter -> letter == '.').count());
  }

  /** Returns the paths of all values, or only those of the innermost ones. */
  private static Set<String> paths(JsonNode values, String prefix, boolean innermost) {
    Set<String> paths = new TreeSet<>();
    values
        .properties()
        .forEach(
            value -> {
              String path = prefix + value.getKey();
              boolean whole = WHOLE.contains(path) || value.getValue().isEmpty();
              if (whole || !innermost) {
                paths.add(path);
              }
              if (!whole) {
                paths.addAll(paths(value.getValue(), path + ".", innermost));
              }
            });
    return paths;
  }
}
