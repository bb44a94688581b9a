package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class HttpTest {

  private static final int SLOW_CLIENTS = 1_000;

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private URI home;

  private HttpEndpoint listen(Pipeline pipeline) throws Exception {
    HttpEndpoint endpoint =
        HttpEndpoint.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            pipeline.service(),
            pipeline.registry);
    home = URI.create("http://127.0.0.1:" + endpoint.address().getPort());
    return endpoint;
  }

  private HttpResponse<String> request(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(home.resolve(path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void endpoint_tellsMetricsHealthAndMetadata(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of());
        HttpEndpoint endpoint = listen(pipeline)) {
      pipeline.send(
          List.of(
              pipeline.image("good", Images.noise("png", 40, 40, 1)),
              pipeline.image("bad", new byte[] {1, 2})));
      assertThat(pipeline.predictions(1)).hasSize(1);
      assertThat(pipeline.deadLetters(1)).hasSize(1);

      assertThat(request("GET", "/metrics").body())
          .contains("millrace_inference_request_success_total{model=\"random\",version=\"1\"} 1.0")
          .contains(
              "millrace_inference_request_failure_total{model=\"random\",reason=\"unknown_format\",version=\"1\"} 1.0")
          .contains(
              "millrace_inference_batch_size_bucket{model=\"random\",version=\"1\",le=\"1.0\"}")
          .contains("millrace_inference_request_duration_us_bucket")
          .contains("millrace_inference_queue_duration_us_sum")
          .contains("millrace_inference_compute_infer_duration_us_count")
          .contains("kafka_stream");
      assertThat(request("GET", "/v2/health/live").statusCode()).isEqualTo(200);
      assertThat(request("GET", "/v2/health/ready").statusCode()).isEqualTo(200);
      assertThat(request("GET", "/v2/models/random").body())
          .isEqualTo(
              "{\"name\":\"random\",\"versions\":[\"1\"],\"platform\":\"onnxruntime_onnx\","
                  + "\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[-1,32,32,3]}],"
                  + "\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,10]}]}");
      assertThat(request("GET", "/v2/models/random/ready").body())
          .isEqualTo("{\"name\":\"random\",\"ready\":true}");
      assertThat(request("GET", "/v2/models/random/versions/1/ready").statusCode()).isEqualTo(200);
      assertThat(request("GET", "/v2/models/other").statusCode()).isEqualTo(404);
      assertThat(request("GET", "/metricsandmore").statusCode()).isEqualTo(404);
      assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);

      pipeline.stop();
      assertThat(request("GET", "/v2/health/ready").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void endpoint_tellsOfTheVersionThatServesNow(EmbeddedBroker broker) throws Exception {
    // The model has its own name, because a promotion of a model applies to all pipelines on this
    // broker that serve a model of this name.
    ModelVersion model = Models.publishRandom(folder, "swapped-by-http-test");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of());
        HttpEndpoint endpoint = listen(pipeline)) {
      Models.publishRandom(folder, model.name());
      pipeline.promote(2, false);
      assertThat(pipeline.reports(1)).hasSize(1);

      String path = "/v2/models/" + model.name();
      assertThat(request("GET", path).body()).contains("\"versions\":[\"2\"]");
      assertThat(request("GET", path + "/versions/2/ready").statusCode()).isEqualTo(200);
      assertThat(request("GET", path + "/versions/1/ready").statusCode()).isEqualTo(404);
      assertThat(request("GET", "/metrics").body())
          .contains("millrace_inference_serving{model=\"" + model.name() + "\",version=\"2\"} 1.0")
          .contains(
              "millrace_swap_count_total{model=\"" + model.name() + "\",outcome=\"swapped\"} 1.0")
          .doesNotContain("model=\"" + model.name() + "\",version=\"1\"");
    }
  }

  /** Clients that send only part of a request do not delay other clients. */
  @Test
  void slowClients_holdUpNobody(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of());
        HttpEndpoint endpoint = listen(pipeline);
        SlowClients slow = SlowClients.connect(endpoint.address(), SLOW_CLIENTS)) {
      assertThat(request("GET", "/v2/health/live").statusCode()).isEqualTo(200);
      assertThat(request("GET", "/v2/health/ready").statusCode()).isEqualTo(200);
      slow.awaitEnd(0);
    }
  }
}
