package dev.millrace.tests.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connections that the network policy allows. */
class ChartNetworkTest {

  @Test
  void portsOfTheBootstrapServers_areOpen() throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("kafka.bootstrapServers", "broker-0:9093,broker-1:9094,[fd00::1]:9092");
    values.put("kafka.ports[0]", "9092");
    values.put("kafka.ports[1]", "19092");

    assertThat(ports(egress(values).get(1))).containsExactlyInAnyOrder(9092, 9093, 9094, 19092);
  }

  @ParameterizedTest
  @CsvSource({
    "s3://bucket/models, 443",
    "hf://ORG/MODEL@main, 443",
    "https://host/models, 443",
    "http://host/models, 80",
    "http://host:9000/models, 9000",
    "https://host:8443, 8443",
    "https://host/models/a:80, 443",
    "http://[fd00::1]:8080/models, 8080",
    "http://[fd00::1]/models, 80",
  })
  void portOfTheRepository_isOpen(String uri, int port) throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("model.claim", "");
    values.put("model.uri", uri);

    assertThat(ports(egress(values).get(2))).containsExactly(port);
  }

  @Test
  void furtherRules_areAppended() throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("networkPolicy.egress[0].ports[0].port", "9000");
    values.put("networkPolicy.egress[1].to[0].ipBlock.cidr", "169.254.169.254/32");

    JsonNode egress = egress(values);

    assertThat(egress).hasSize(4);
    assertThat(ports(egress.get(2))).containsExactly(9000);
    assertThat(egress.at("/3/to/0/ipBlock/cidr").asText()).isEqualTo("169.254.169.254/32");
  }

  @Test
  void exampleOfTheReadme_isValid(@TempDir Path folder) throws Exception {
    String readme = Files.readString(Chart.FOLDER.resolveSibling("README.md"));
    int start = readme.indexOf("networkPolicy:\n  egress:");
    Path file =
        Files.writeString(
            folder.resolve("values.yaml"), readme.substring(start, readme.indexOf("```", start)));

    JsonNode policy =
        Chart.render(Chart.FOLDER, Chart.leastValues(), template -> template.withValuesFile(file))
            .get("NetworkPolicy");

    Schemas.check(policy);
    assertThat(policy.at("/spec/egress")).hasSize(5);
    assertThat(ports(policy.at("/spec/egress/2"))).containsExactly(9000, 8081, 4318);
  }

  private static JsonNode egress(Map<String, String> values) throws Exception {
    JsonNode policy = Chart.render(values).get("NetworkPolicy");
    Schemas.check(policy);
    return policy.at("/spec/egress");
  }

  private static List<Integer> ports(JsonNode rule) {
    List<Integer> ports = new ArrayList<>();
    rule.get("ports").forEach(port -> ports.add(port.get("port").asInt()));
    return ports;
  }
}
