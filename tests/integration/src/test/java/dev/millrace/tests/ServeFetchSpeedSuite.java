package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Labels;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Compares how fast {@code serve} and a bare loop over the AWS SDK fetch images of 100 kB from a
 * local S3 server. The server waits 50 ms before each answer. Both programs run an equal number of
 * fetches in parallel. The images have few pixels and the model is tiny, so that neither decoding
 * nor the model limits the speed of the service. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=speed -Dquick verify
 * </pre>
 */
@Tag("broker")
@Tag("nightly")
@Tag("speed")
@Timeout(600)
@ExtendWith(SharedBroker.class)
class ServeFetchSpeedSuite {

  private static final int CONCURRENCY = 16;
  private static final int PARTITIONS = 4;
  private static final int IMAGES = 2_000;
  private static final int ROUNDS = 5;
  private static final int BYTES = 100_000;
  private static final int HEAP_MB = 128;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\",id=\".*\"} (.*)");

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final byte[] image = padded(Images.solid("png", 8, 8, 0x336699));

  /** {@return a PNG with a comment that makes it 100 kB large} */
  private static byte[] padded(byte[] png) {
    int end = png.length - 12; // the last chunk, IEND, has 12 bytes
    byte[] chunk = new byte[BYTES - png.length - 8];
    System.arraycopy("tEXt".getBytes(StandardCharsets.US_ASCII), 0, chunk, 0, 4);
    CRC32 checksum = new CRC32();
    checksum.update(chunk);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(png, 0, end);
      out.writeInt(chunk.length - 4);
      out.write(chunk);
      out.writeInt((int) checksum.getValue());
      out.write(png, end, 12);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void serve_keepsUpWithABareLoop(EmbeddedBroker broker) throws Exception {
    assertThat(image).hasSize(BYTES);
    Models.publish(
        folder.resolve("models"),
        "colours",
        MeanColourNetwork.write(List.of(1f, 0f, 0f, 1f, 0f, 0f), List.of(0f, 0f)),
        new Labels(List.of("red", "green")),
        Models.preprocessing(MeanColourNetwork.SIZE));
    ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);
    try (S3Server s3 = S3Server.late("photos", Duration.ofMillis(50));
        S3Client bare = client(s3);
        MillraceProcess service = serve(broker.bootstrapServers(), s3)) {
      s3.client()
          .putObject(
              request -> request.bucket("photos").key("1.png"), RequestBody.fromBytes(image));
      String address = service.awaitLine("ready .*http (.*)", PATIENCE);
      try (RawReader predictions = new RawReader(broker.bootstrapServers(), "speed.out");
          KafkaProducer<String, byte[]> producer =
              new KafkaProducer<>(
                  Map.of("bootstrap.servers", broker.bootstrapServers()),
                  new StringSerializer(),
                  new ByteArraySerializer())) {
        bareLoop(threads, bare);
        served(producer, predictions, address);
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
          double limit = bareLoop(threads, bare);
          Served served = served(producer, predictions, address);
          System.out.printf(
              "bare loop %.0f images/s, serve %.0f images/s: %.2f; peak heap %d MB of %d MB%n",
              limit,
              served.perSecond(),
              served.perSecond() / limit,
              served.peakHeap() >> 20,
              HEAP_MB);
          shares.add(served.perSecond() / limit);
        }
        shares.sort(null);
        System.out.printf("median %.2f%n", shares.get(ROUNDS / 2));
        assertThat(shares.get(ROUNDS / 2)).isGreaterThan(0.85);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static S3Client client(S3Server s3) {
    return S3Client.builder()
        .endpointOverride(s3.endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .httpClientBuilder(Apache5HttpClient.builder().maxConnections(CONCURRENCY))
        .build();
  }

  private MillraceProcess serve(String bootstrapServers, S3Server s3) throws IOException {
    List<Object> command = new ArrayList<>(List.of("serve", "--bootstrap-servers"));
    command.addAll(List.of(bootstrapServers, "--repository", folder.resolve("models")));
    command.addAll(List.of("--model", "colours", "--input", "speed", "--output", "speed.out"));
    command.addAll(List.of("--create-topics", PARTITIONS, "--http", 0));
    command.addAll(List.of("--fetch-from", "s3://photos", "--fetch-concurrency", CONCURRENCY));
    command.addAll(List.of("--s3-endpoint", s3.endpoint(), "--s3-region", "us-east-1"));
    command.add("--s3-path-style");
    String options =
        "-Xmx%dm -Daws.accessKeyId=%s -Daws.secretAccessKey=%s"
            .formatted(
                HEAP_MB,
                System.getProperty("aws.accessKeyId"),
                System.getProperty("aws.secretAccessKey"));
    return MillraceProcess.start(folder, options, command.toArray());
  }

  private static double bareLoop(ExecutorService threads, S3Client bare) throws Exception {
    long start = System.nanoTime();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      all.add(
          threads.submit(
              () ->
                  bare.getObject(request -> request.bucket("photos").key("1.png"))
                      .readAllBytes()
                      .length));
    }
    for (Future<Integer> one : all) {
      assertThat(one.get()).isEqualTo(BYTES);
    }
    return perSecond(start);
  }

  private record Served(double perSecond, long peakHeap) {}

  /**
   * Sends references to images, and reads the predictions. Measures the speed, and the largest
   * heap.
   */
  private Served served(
      KafkaProducer<String, byte[]> producer, RawReader predictions, String address)
      throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < IMAGES; i++) {
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>("speed", i % PARTITIONS, "image-" + i, null);
      record.headers().add("ce_dataref", "s3://photos/1.png".getBytes(StandardCharsets.UTF_8));
      var unused = producer.send(record);
    }
    long peak = 0;
    for (int read = 0; read < IMAGES; read += predictions.poll().count()) {
      peak = Math.max(peak, heap(address));
    }
    return new Served(perSecond(start), peak);
  }

  private static double perSecond(long start) {
    return IMAGES / ((System.nanoTime() - start) / 1e9);
  }

  /**
   * {@return the used bytes of the service's heap, including garbage that was not collected yet}
   */
  private long heap(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/metrics")).build();
    String metrics = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    Matcher used = HEAP.matcher(metrics);
    double sum = 0;
    while (used.find()) {
      sum += Double.parseDouble(used.group(1));
    }
    return (long) sum;
  }
}
