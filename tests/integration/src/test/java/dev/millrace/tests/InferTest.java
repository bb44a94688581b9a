package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that {@code serve --infer} classifies the images of requests like the images of the stream.
 */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class InferTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CLASSES = 10;
  private static final int CLIENTS = 200;
  private static final int RECORDS = 3_000;

  /** A block of shell commands in Markdown. */
  private static final Pattern BLOCK =
      Pattern.compile("^```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private static final String HEADER = "Inference-Header-Content-Length";

  @TempDir Path folder;

  private static HttpEndpoint listen(Pipeline pipeline) throws Exception {
    return HttpEndpoint.listen(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        pipeline.service(),
        pipeline.registry,
        true);
  }

  private static HttpRequest request(
      HttpEndpoint endpoint, ModelVersion model, byte[] body, String... headers) {
    URI uri =
        URI.create(
            "http://127.0.0.1:"
                + endpoint.address().getPort()
                + "/v2/models/"
                + model.name()
                + "/infer");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  private static byte[] base64(byte[] image) {
    return ("{\"id\":\"x\",\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],"
            + "\"parameters\":{\"content_type\":\"base64\"},\"data\":[\""
            + Base64.getEncoder().encodeToString(image)
            + "\"]}]}")
        .getBytes(UTF_8);
  }

  private static float[] floatsInJson(HttpResponse<byte[]> answer) throws Exception {
    JsonNode body = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).as(body.toString()).isEqualTo(200);
    assertThat(body.get("id").textValue()).isEqualTo("x");
    JsonNode data = body.at("/outputs/0/data");
    float[] floats = new float[data.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.parseFloat(data.get(i).asText());
    }
    return floats;
  }

  private static float[] floatsInBinary(HttpResponse<byte[]> answer) {
    int json = Integer.parseInt(answer.headers().firstValue(HEADER).orElseThrow());
    float[] floats = new float[(answer.body().length - json) / Float.BYTES];
    ByteBuffer.wrap(answer.body(), json, floats.length * Float.BYTES)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(floats);
    return floats;
  }

  /** Each image runs alone, because the size of a batch may change the last bits of an answer. */
  @Test
  void answers_areThoseOfTheStream_bitForBit(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "inferred");
    HttpClient client = HttpClient.newHttpClient();
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of());
        HttpEndpoint endpoint = listen(pipeline)) {
      for (int i = 0; i < 4; i++) {
        byte[] image = Images.noise(i % 2 == 0 ? "png" : "jpg", 40 + i, 50, i);
        pipeline.send(List.of(pipeline.image("image-" + i, image)));
        Prediction prediction = pipeline.predictions(i + 1).get(i).value();

        float[] inJson =
            floatsInJson(
                client.send(
                    request(endpoint, model, base64(image)),
                    HttpResponse.BodyHandlers.ofByteArray()));
        float[] inBinary =
            floatsInBinary(
                client.send(
                    request(endpoint, model, image, HEADER, "0"),
                    HttpResponse.BodyHandlers.ofByteArray()));

        assertThat(inJson).hasSize(CLASSES);
        for (int c = 0; c < CLASSES; c++) {
          assertThat(inJson[c]).isEqualTo(prediction.probabilities().get(c));
          assertThat(inBinary[c]).isEqualTo(prediction.probabilities().get(c));
        }
      }
    }
  }

  /**
   * A client that repeatedly sends a request, and waits only if the server tells it to try again
   * later.
   */
  private static final class Client implements Runnable {
    private final HttpClient http;
    private final HttpRequest request;
    private final AtomicBoolean end;
    private final List<Integer> statuses = new ArrayList<>();

    private Client(HttpClient http, HttpRequest request, AtomicBoolean end) {
      this.http = http;
      this.request = request;
      this.end = end;
    }

    @Override
    public void run() {
      try {
        while (!end.get()) {
          HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
          statuses.add(answer.statusCode());
          if (answer.statusCode() == 429) {
            TimeUnit.SECONDS.sleep(answer.headers().firstValueAsLong("Retry-After").orElseThrow());
          }
        }
      } catch (Exception e) {
        statuses.add(0);
      }
    }
  }

  @Test
  void stream_losesNothingToManyClients(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "crowded");
    byte[] image = Images.noise("png", 40, 40, 1);
    HttpClient http = HttpClient.newHttpClient();
    AtomicBoolean end = new AtomicBoolean();
    List<Client> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (Pipeline pipeline = Pipeline.start(broker, model, 2, Map.of());
        HttpEndpoint endpoint = listen(pipeline)) {
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(http, request(endpoint, model, image, HEADER, "0"), end);
        clients.add(client);
        Thread thread = new Thread(client, "client-" + i);
        threads.add(thread);
        thread.start();
      }
      List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        records.add(pipeline.image("record-" + i, image));
      }
      pipeline.send(records);

      assertThat(pipeline.predictions(RECORDS))
          .extracting(ConsumerRecord::key)
          .doesNotHaveDuplicates()
          .hasSize(RECORDS);
      await()
          .atMost(PATIENCE)
          .until(() -> hasAnswer(http, request(endpoint, model, image, HEADER, "0")));
      end.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(pipeline.deadLetters(0)).isEmpty();
    }
    assertThat(clients)
        .flatExtracting(client -> client.statuses)
        .contains(200)
        .containsOnly(200, 429);
  }

  private static boolean hasAnswer(HttpClient http, HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
  }

  @Test
  void curlLinesOfTheReadme_classifyAnImage(EmbeddedBroker broker) throws Exception {
    assumeTrue(hasCurl(), "skipped: this machine has no curl");
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "curled");
    Files.write(folder.resolve("cat.jpg"), Images.noise("jpg", 40, 40, 1));
    try (MillraceProcess serve =
        MillraceProcess.start(
            folder,
            "",
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            model.name(),
            "--input",
            "curled",
            "--output",
            "curled.predictions",
            "--create-topics",
            1,
            "--http",
            0,
            "--infer")) {
      String port = serve.awaitLine("ready .*, http 127\\.0\\.0\\.1:(\\d+)", PATIENCE);
      List<String> commands = curlLines(port, model.name());
      assertThat(commands).hasSize(3);

      JsonNode probabilities = JSON.readTree(shell(commands.get(0))).at("/outputs/0");
      assertThat(probabilities.get("shape").toString()).isEqualTo("[1,10]");
      JsonNode top = JSON.readTree(shell(commands.get(1))).at("/outputs/0/data");
      assertThat(top).hasSize(3);
      assertThat(top.get(0).asText()).matches("0\\.\\d+:(\\d):class-\\1");
      assertThat(shell(commands.get(2))).isEmpty();
      byte[] answer = Files.readAllBytes(folder.resolve("answer.bin"));
      assertThat(new String(answer, 0, answer.length - 4 * CLASSES, UTF_8))
          .endsWith("\"parameters\":{\"binary_data_size\":40}}]}");
    }
  }

  private static boolean hasCurl() throws Exception {
    return new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor() == 0;
  }

  /** Returns the commands of the README's part about inference, for another port and model. */
  private static List<String> curlLines(String port, String model) throws Exception {
    String page =
        Files.readString(MillraceProcess.checkout().resolve("topology/service/README.md"));
    String part =
        page.substring(
            page.indexOf("### How to classify an image over HTTP"),
            page.indexOf("## The live page"));
    List<String> commands = new ArrayList<>();
    for (Matcher block = BLOCK.matcher(part); block.find(); ) {
      commands.add(block.group(1).replace(":8080", ":" + port).replace("NAME", model));
    }
    return commands;
  }

  private String shell(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }
}
