package dev.millrace.tests.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The Helm chart of the folder {@code docker/helm}. */
final class Chart {

  static final Path ROOT = Path.of(System.getProperty("millrace.root", "../.."));
  static final Path FOLDER = ROOT.resolve("docker/helm/millrace");

  private static final YAMLMapper YAML = new YAMLMapper();

  private Chart() {}

  /** Returns the values that a user must set: the smallest configuration of the chart. */
  static Map<String, String> leastValues() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("kafka.bootstrapServers", "broker:9092");
    values.put("model.name", "resnet20");
    values.put("model.claim", "models");
    return values;
  }

  /** Returns values that turn on all optional parts of the chart. */
  static Map<String, String> everything() {
    Map<String, String> values = leastValues();
    values.put("model.claim", "");
    values.put("model.uri", "s3://bucket/models");
    values.put("kafka.createTopics", "true");
    values.put("kafka.configSecret", "secrets");
    values.put("kafka.guarantee", "exactly_once_v2");
    values.put("options[0]", "--top=3");
    values.put("jvmOptions", "-Xmx1g");
    values.put("gpu.count", "2");
    values.put("autoscaling.enabled", "true");
    values.put("autoscaling.triggerAuthentication", "brokers");
    values.put("serviceMonitor.enabled", "true");
    values.put("serviceMonitor.labels.release", "prometheus");
    values.put("serviceAccount.annotations.role", "reader");
    values.put("podAnnotations.team", "vision");
    values.put("podLabels.team", "vision");
    values.put("nodeSelector.pool", "gpu");
    values.put("networkPolicy.ingressFrom[0].namespaceSelector.matchLabels.name", "monitoring");
    values.put("networkPolicy.kafkaTo[0].podSelector.matchLabels.app", "kafka");
    return values;
  }

  /** Renders the chart, and returns its objects by their kinds. */
  static Map<String, JsonNode> render(Map<String, String> values) throws IOException {
    return render(FOLDER, values, template -> {});
  }

  /** Renders the chart as {@link #render(Map)} does, with other settings of the command. */
  static Map<String, JsonNode> render(
      Path chart, Map<String, String> values, Consumer<TemplateCommand> settings)
      throws IOException {
    TemplateCommand template =
        new Helm(chart).template().withName("photos").withKubeVersion("1.25");
    values.forEach(template::set);
    settings.accept(template);
    Map<String, JsonNode> objects = new LinkedHashMap<>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(template.call())) {
      while (documents.hasNext()) {
        JsonNode object = documents.next();
        if (!object.isNull() && !object.isMissingNode()) {
          objects.put(object.get("kind").asText(), object);
        }
      }
    }
    return objects;
  }

  /** Copies the chart, with other values as its defaults, because Helm's lint takes no values. */
  static void copy(Path into, Map<String, String> values) throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = into.resolve(FOLDER.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    ObjectNode defaults = (ObjectNode) yaml("values.yaml");
    values.forEach(
        (key, value) -> {
          int dot = key.indexOf('.');
          ((ObjectNode) defaults.get(key.substring(0, dot))).put(key.substring(dot + 1), value);
        });
    YAML.writeValue(into.resolve("values.yaml").toFile(), defaults);
  }

  static JsonNode yaml(String file) throws IOException {
    return YAML.readTree(FOLDER.resolve(file).toFile());
  }
}
