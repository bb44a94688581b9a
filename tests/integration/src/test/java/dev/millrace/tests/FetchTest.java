package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.broker.EmbeddedBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests {@code millrace serve} with records that only refer to their images. The service has one
 * stream thread and two partitions, so that a waiting record of one partition could also stop the
 * other partition.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class FetchTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int WAITING = 3;
  private static final int OTHERS = 20;

  private static final Pattern CLOSED_TASKS =
      Pattern.compile("kafka_stream_thread_task_closed_total\\{.*} (\\S+)");

  private static final byte[] IMAGE = Images.noise("jpg", 64, 48, 1);

  @TempDir static Path images;
  private static ImageServers servers;

  @TempDir Path folder;

  private final Map<String, String> reasons = new LinkedHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private KafkaProducer<String, byte[]> producer;
  private String bootstrapServers;
  private String input;
  private boolean mayRepeat;
  private RawReader predictions;
  private RawReader deadLetters;

  @BeforeAll
  static void startServers() throws Exception {
    servers = new ImageServers(images, IMAGE);
  }

  @AfterAll
  static void stopServers() throws Exception {
    servers.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void storedImages_areFetched_fromAllowedPlacesAlone(String guarantee, EmbeddedBroker broker)
      throws Exception {
    bootstrapServers = broker.bootstrapServers();
    input = "fetch-" + guarantee;
    mayRepeat = guarantee.equals("at_least_once");
    Path models = folder.resolve("models");
    Models.publishRandom(models, input);
    try (MillraceProcess service = serve(models, guarantee);
        KafkaProducer<String, byte[]> sender = producer()) {
      producer = sender;
      String ready = service.awaitLine("ready (.*)", PATIENCE);
      assertThat(ready).contains(", fetches from " + servers.file("public") + ",", "s3://photos");
      try (RawReader answers = new RawReader(bootstrapServers, input + ".out");
          RawReader letters = new RawReader(bootstrapServers, input + ".dead")) {
        predictions = answers;
        deadLetters = letters;
        everyForm_getsAPrediction();
        hostileReference_becomesADeadLetter();
        placeThatIsAway_stopsOnlyTheRecordsBehindIt(
            ready.replaceFirst(".*http ", ""), mayRepeat ? 1 : 2);
      }
      service.terminate();
      assertThat(service.await(PATIENCE)).isEqualTo(143);
    }
  }

  private MillraceProcess serve(Path models, String guarantee) throws Exception {
    List<Object> command = new ArrayList<>(List.of("serve", "--bootstrap-servers"));
    command.addAll(List.of(bootstrapServers, "--repository", models, "--model", input));
    command.addAll(List.of("--input", input, "--output", input + ".out"));
    command.addAll(List.of("--dead-letters", input + ".dead", "--create-topics", 2));
    command.addAll(
        List.of("--guarantee", guarantee, "--stream-threads", 1, "--http", 0, "--metrics", "all"));
    command.addAll(List.of("--fetch-timeout", 4, "--fetch-max-bytes", 1 << 20));
    command.addAll(servers.options());
    return MillraceProcess.start(folder, servers.jvmOptions(), command.toArray());
  }

  private KafkaProducer<String, byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrapServers),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  private void send(int partition, String key, byte[] value, String... headers) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(input, partition, key, value);
    for (int i = 0; i < headers.length; i += 2) {
      record.headers().add(headers[i], bytes(headers[i + 1]));
    }
    var unused = producer.send(record);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads until there are {@code count} records. With at-least-once processing, a slow store may
   * make the stream process records again. In this case, only the last record of each key is kept.
   */
  private List<ConsumerRecord<byte[], byte[]>> read(RawReader reader, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
                if (mayRepeat) {
                  records.removeIf(before -> key(before).equals(key(record)));
                }
                records.add(record);
              }
              return records.size() >= count;
            });
    return records;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private void everyForm_getsAPrediction() {
    send(0, "held", IMAGE);
    send(0, "s3", null, "ce_dataref", "s3://photos/public/1.jpg");
    send(0, "http", new byte[0], "ce_dataref", servers.web("public/1.jpg"));
    send(0, "moved", null, "dataref", servers.web("public/moved.jpg"));
    send(0, "https", null, "ce_dataref", servers.https("public/1.jpg"));
    send(0, "file", null, "ce_dataref", servers.file("public/1.jpg"));
    String json = "{\"dataref\":\"s3://photos/public/1.jpg\"}";
    send(0, "json", bytes(json), "content-type", "application/json");
    String event = "{\"specversion\":\"1.0\"," + json.substring(1);
    send(0, "event", bytes(event), "content-type", "application/cloudevents+json");

    List<ConsumerRecord<byte[], byte[]>> all = read(predictions, 8);

    assertThat(all)
        .extracting(FetchTest::key)
        .containsExactly("held", "s3", "http", "moved", "https", "file", "json", "event");
    JsonNode held = RawReader.json(all.get(0));
    assertThat(held.has("revision")).isFalse();
    assertThat(all)
        .allSatisfy(
            record ->
                assertThat(RawReader.json(record).get("probabilities"))
                    .isEqualTo(held.get("probabilities")));
    assertThat(RawReader.json(all.get(1)).get("revision").textValue())
        .matches("\"?[0-9a-f]{32}\"?");
    assertThat(RawReader.json(all.get(2)).get("revision").textValue()).isEqualTo("\"web-7\"");
  }

  private void refused(String uri, String reason) {
    reasons.put(uri, reason);
    send(0, uri, null, "ce_dataref", uri);
  }

  private void hostileReference_becomesADeadLetter() {
    refused(servers.web("private/1.jpg"), "is not in the list of allowed places");
    refused("s3://photos/private/1.jpg", "is not in the list of allowed places");
    refused("s3://photos/public-too/1.jpg", "is not in the list of allowed places");
    refused(servers.file("secret.jpg"), "is not in the list of allowed places");
    refused(servers.web("public/../private/1.jpg"), "its data reference is refused");
    refused(servers.web("public/%2e%2e/private/1.jpg"), "its data reference is refused");
    refused("s3://photos/public/../private/1.jpg", "its data reference is refused");
    refused(servers.file("public/link.jpg"), "a link in its path leads to no allowed place");
    refused(servers.web("public/metadata"), "the web server redirects to no allowed place");
    refused(servers.web("public/huge"), "the data has more than 1048576 bytes");
    refused(servers.file("public/huge"), "the data has more than 1048576 bytes");
    refused(servers.web("public/endless"), "the data has more than 1048576 bytes");
    refused(servers.web("public/slow"), "the data did not come within 4000 ms");
    refused(servers.web("public/none"), "the server has no such data (status 404)");
    refused(servers.web("public/gone"), "the server has no such data (status 410)");
    refused(servers.web("public/forbidden"), "the server forbids access (status 403)");
    refused("s3://photos/public/none.jpg", "the server has no such data (status 404)");
    refused(servers.file("public/none.jpg"), "there is no such file");
    refused(servers.file("public/text.jpg"), "is not a JPEG, PNG");
    refused("gopher://a.example/1.jpg", "its data reference is refused");
    reasons.put("checksum", "the data has another sha256 than given");
    send(
        0,
        "checksum",
        null,
        "ce_dataref",
        servers.file("public/1.jpg"),
        "ce_sha256",
        "0".repeat(64));
    send(0, "after", null, "ce_dataref", servers.file("public/1.jpg"));

    List<ConsumerRecord<byte[], byte[]>> letters = read(deadLetters, reasons.size());

    assertThat(letters)
        .extracting(FetchTest::key)
        .containsExactlyInAnyOrderElementsOf(reasons.keySet());
    assertThat(letters)
        .allSatisfy(
            letter ->
                assertThat(
                        new String(
                            letter.headers().lastHeader("__streams.errors.message").value(),
                            StandardCharsets.UTF_8))
                    .as(key(letter))
                    .contains(reasons.get(key(letter)))
                    .doesNotContain("127.0.0.1", "169.254"));
    assertThat(read(predictions, 1)).extracting(FetchTest::key).containsExactly("after");
  }

  private void placeThatIsAway_stopsOnlyTheRecordsBehindIt(String address, int revived)
      throws Exception {
    int revivedBefore = closedTasks(address); // the service may have found a place slow
    servers.setAway(true);
    for (int i = 0; i < WAITING; i++) {
      send(0, "waiting-" + i, null, "ce_dataref", servers.web("public/sometimes.jpg"));
    }
    await().atMost(PATIENCE).until(() -> health(address).statusCode() == 503);
    assertThat(health(address).body())
        .contains("images_away", servers.web("").replaceFirst("/$", ""), "status 503");

    for (int i = 0; i < OTHERS; i++) {
      send(1, "other-" + i, null, "ce_dataref", "s3://photos/public/1.jpg");
    }
    List<ConsumerRecord<byte[], byte[]>> others = read(predictions, OTHERS);
    assertThat(others).allSatisfy(record -> assertThat(key(record)).startsWith("other-"));
    System.out.println(
        get(address, "/metrics")
            .body()
            .lines()
            .filter(l -> l.contains("task_closed_total") || l.contains("task_created_total"))
            .toList());
    assertThat(health(address).statusCode()).isEqualTo(503);

    servers.setAway(false);
    List<ConsumerRecord<byte[], byte[]>> waiting = read(predictions, WAITING);
    assertThat(waiting)
        .extracting(FetchTest::key)
        .containsExactly("waiting-0", "waiting-1", "waiting-2");
    await().atMost(PATIENCE).until(() -> health(address).statusCode() == 200);
    assertThat(deadLetters.rest()).isEmpty();
    assertThat(predictions.rest()).isEmpty();
    assertThat(closedTasks(address) - revivedBefore)
        .as("tasks that were revived: each of them once")
        .isEqualTo(revived);
  }

  /** {@return how many tasks the service's stream thread has closed or revived so far} */
  private int closedTasks(String address) throws Exception {
    Matcher closed = CLOSED_TASKS.matcher(get(address, "/metrics").body());
    assertThat(closed.find()).isTrue();
    return (int) Double.parseDouble(closed.group(1));
  }

  private HttpResponse<String> health(String address) throws Exception {
    return get(address, "/v2/health/ready");
  }

  private HttpResponse<String> get(String address, String path) throws Exception {
    URI uri = URI.create("http://" + address + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
