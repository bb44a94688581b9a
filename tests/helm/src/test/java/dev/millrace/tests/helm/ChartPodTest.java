package dev.millrace.tests.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The image, the devices and the volumes of the pods, and how a rollout replaces the pods. */
class ChartPodTest {

  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "0, '', registry.example/millrace",
    "0, registry.example/cuda, registry.example/millrace",
    "1, '', registry.example/millrace-gpu",
    "1, registry.example/cuda, registry.example/cuda",
  })
  void image_comesFromTheRepository(int gpus, String image, String expected) throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("image.repository", "registry.example/millrace");
    values.put("image.tag", "main");
    values.put("gpu.count", Integer.toString(gpus));
    values.put("gpu.image", image);

    assertThat(image(values)).isEqualTo(expected + ":main");
  }

  @Test
  void digest_replacesTheTag() throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("image.tag", "main");
    values.put("image.digest", DIGEST);

    assertThat(image(values)).isEqualTo("millrace@" + DIGEST);
  }

  @Test
  void gpu_hasItsResourceAndRuntimeClass() throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("gpu.count", "2");
    assertThat(pod(values).at("/containers/0/resources/limits/nvidia.com~1gpu").asInt())
        .isEqualTo(2);
    assertThat(pod(values).has("runtimeClassName")).isFalse();

    values.put("gpu.resource", "nvidia.com/gpu.shared");
    values.put("gpu.runtimeClassName", "nvidia");
    JsonNode pod = pod(values);

    assertThat(pod.at("/containers/0/resources/limits/nvidia.com~1gpu.shared").asInt())
        .isEqualTo(2);
    assertThat(pod.at("/containers/0/resources/limits").has("nvidia.com/gpu")).isFalse();
    assertThat(pod.path("runtimeClassName").asText()).isEqualTo("nvidia");

    values.put("gpu.count", "0");
    assertThat(pod(values).has("runtimeClassName")).isFalse();
  }

  @Test
  void strategy_startsANewInstanceFirst_unlessAValueSetsAnother() throws Exception {
    Map<String, String> values = Chart.leastValues();
    JsonNode strategy = Chart.render(values).get("Deployment").at("/spec/strategy");
    assertThat(strategy.at("/rollingUpdate/maxSurge").asInt()).isEqualTo(1);
    assertThat(strategy.at("/rollingUpdate/maxUnavailable").asInt(-1)).isZero();

    values.put("strategy.type", "Recreate");
    JsonNode deployment = Chart.render(values).get("Deployment");

    Schemas.check(deployment);
    assertThat(deployment.at("/spec/strategy").toString()).isEqualTo("{\"type\":\"Recreate\"}");
  }

  @Test
  void cache_hasALimitIfAValueSetsIt() throws Exception {
    Map<String, String> values = Chart.everything();
    assertThat(pod(values).at("/volumes").findValue("sizeLimit")).isNull();

    values.put("cache.sizeLimit", "4Gi");

    assertThat(pod(values).at("/volumes").findValue("sizeLimit")).hasToString("\"4Gi\"");
  }

  /** In YAML without quotes, the text would end at the hash sign, or be an object. */
  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket/a#b", "s3://bucket/a:", "s3://bucket/'a", "s3://b/\"a\""})
  void repository_isPassedAsItIs(String uri) throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("model.claim", "");
    values.put("model.uri", uri);

    assertThat(pod(values).at("/containers/0/args"))
        .extracting(JsonNode::asText)
        .contains("--repository=" + uri);
  }

  @ParameterizedTest
  @CsvSource({"1.26, ''", "1.27, AlwaysAllow", "1.31.4-gke.100, AlwaysAllow"})
  void podsThatAreNotReady_mayBeEvicted(String kubernetes, String policy) throws Exception {
    JsonNode budget =
        Chart.render(
                Chart.FOLDER, Chart.leastValues(), template -> template.withKubeVersion(kubernetes))
            .get("PodDisruptionBudget");

    Schemas.check(budget);
    assertThat(budget.get("spec").path("unhealthyPodEvictionPolicy").asText()).isEqualTo(policy);
  }

  @Test
  void budget_mayBeAPercentage() throws Exception {
    Map<String, String> values = Chart.leastValues();
    values.put("podDisruptionBudget.maxUnavailable", "50%");

    JsonNode budget = Chart.render(values).get("PodDisruptionBudget");

    assertThat(budget.at("/spec/maxUnavailable")).hasToString("\"50%\"");
  }

  private static String image(Map<String, String> values) throws Exception {
    return pod(values).at("/containers/0/image").asText();
  }

  private static JsonNode pod(Map<String, String> values) throws Exception {
    JsonNode deployment = Chart.render(values).get("Deployment");
    Schemas.check(deployment);
    return deployment.at("/spec/template/spec");
  }
}
