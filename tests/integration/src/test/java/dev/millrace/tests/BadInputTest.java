package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that bad records do not stop the stream. Each bad record becomes exactly one dead letter,
 * which names the reason. A bad record gets no prediction.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class BadInputTest {

  @TempDir Path folder;

  @Test
  void badImages_areDeadLetteredAndTheStreamGoesOn(EmbeddedBroker broker) throws Exception {
    byte[] jpeg = Images.noise("jpg", 64, 48, 1);
    Map<String, byte[]> bad = new LinkedHashMap<>();
    bad.put("text", "this is no image".getBytes(StandardCharsets.UTF_8));
    bad.put("empty", new byte[0]);
    bad.put("null", null);
    bad.put("truncated", Arrays.copyOf(jpeg, jpeg.length / 2));
    bad.put("claim", claim(56321, 7789));

    ModelVersion model = Models.publishRandom(folder, "random");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of())) {
      List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
      bad.forEach(
          (key, value) -> {
            records.add(pipeline.image("good before " + key, jpeg));
            records.add(pipeline.image(key, value));
          });
      records.add(
          json(
              pipeline,
              "json",
              "{\"image\": \"" + Base64.getEncoder().encodeToString(jpeg) + "\"}"));
      records.add(
          json(
              pipeline,
              "json event",
              "{\"specversion\":\"1.0\",\"data\":{\"image\":\"data:image/jpeg;base64,"
                  + Base64.getUrlEncoder().withoutPadding().encodeToString(jpeg)
                  + "\"}}",
              "application/cloudevents+json"));
      records.add(json(pipeline, "bad json", "{\"image\": 7}"));
      records.add(pipeline.image("good at the end", jpeg));
      Map<String, RecordMetadata> places = places(records, pipeline.send(records));

      assertThat(pipeline.predictions(bad.size() + 3))
          .extracting(ConsumerRecord::key)
          .containsExactlyElementsOf(
              records.stream()
                  .map(ProducerRecord::key)
                  .filter(key -> key.startsWith("good") || key.startsWith("json"))
                  .toList());
      List<ConsumerRecord<String, byte[]>> letters = pipeline.deadLetters(bad.size() + 1);
      assertThat(letters)
          .extracting(ConsumerRecord::key)
          .containsExactly("text", "empty", "null", "truncated", "claim", "bad json");
      for (ConsumerRecord<String, byte[]> letter : letters) {
        if (bad.containsKey(letter.key())) {
          assertThat(letter.value()).isEqualTo(bad.get(letter.key()));
        }
        assertThat(letter.timestamp()).isEqualTo(Pipeline.TIME);
        assertThat(header(letter, "topic")).isEqualTo(pipeline.topics.input());
        assertThat(header(letter, "partition")).isEqualTo("0");
        assertThat(header(letter, "offset"))
            .isEqualTo(Long.toString(places.get(letter.key()).offset()));
        assertThat(header(letter, "exception")).endsWith("BadImageException");
      }
      assertThat(
              letters.stream()
                  .collect(Collectors.toMap(ConsumerRecord::key, l -> header(l, "message"))))
          .hasEntrySatisfying("null", reason -> assertThat(reason).contains("no value"))
          .hasEntrySatisfying(
              "claim", reason -> assertThat(reason).contains("56321").contains("7789"))
          .hasEntrySatisfying("bad json", reason -> assertThat(reason).contains("base64"));
    }
  }

  @Test
  void badImage_underThePolicyFail_endsTheServiceAndIsNotCommitted(EmbeddedBroker broker)
      throws Exception {
    byte[] jpeg = Images.noise("jpg", 64, 48, 1);
    ModelVersion model = Models.publishRandom(folder, "random");
    try (Pipeline pipeline =
        Pipeline.start(
            broker,
            Pipeline.inference(model).build(),
            1,
            Map.of(),
            OnBadImage.FAIL,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES)) {
      pipeline.send(
          List.of(
              pipeline.image("good", jpeg),
              pipeline.image("bad", new byte[] {1, 2, 3}),
              pipeline.image("after", jpeg)));

      assertThatThrownBy(() -> pipeline.service().ended().get(60, TimeUnit.SECONDS))
          .hasMessageContaining("the stream failed");

      assertThat(pipeline.predictions(1)).extracting(ConsumerRecord::key).containsOnly("good");
      assertThat(pipeline.deadLetters(0)).isEmpty();
      assertThat(pipeline.committed(0)).isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {ServiceConfig.DEFAULT_MAX_RECORD_BYTES, 4 << 20})
  void imagesAtTheRecordLimit_getTheirAnswers(int limit, EmbeddedBroker broker) throws Exception {
    // Upper bound on the size of a record batch with one record, minus the size of the record's
    // value, in bytes.
    int overhead = 100;
    byte[] good =
        Arrays.copyOf(
            Images.noise("png", 400, 400, 1), limit - overhead); // bytes after IEND are ignored
    byte[] bad = new byte[limit - overhead];
    ModelVersion model = Models.publishRandom(folder, "random");
    try (Pipeline pipeline =
        Pipeline.start(
            broker,
            Pipeline.inference(model).build(),
            1,
            Map.of(),
            OnBadImage.DEAD_LETTER,
            limit)) {
      pipeline.send(
          List.of(
              pipeline.image("good", good),
              pipeline.image("bad", bad),
              pipeline.image("good again", good)));

      assertThat(pipeline.predictions(2))
          .extracting(ConsumerRecord::key)
          .containsExactly("good", "good again");
      List<ConsumerRecord<String, byte[]>> letters = pipeline.deadLetters(1);
      assertThat(letters).extracting(ConsumerRecord::key).containsExactly("bad");
      assertThat(letters.get(0).value()).isEqualTo(bad);
      assertThatThrownBy(() -> pipeline.send(List.of(pipeline.image("too large", new byte[limit]))))
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  private static ProducerRecord<String, byte[]> json(Pipeline pipeline, String key, String value) {
    return json(pipeline, key, value, "application/json");
  }

  private static ProducerRecord<String, byte[]> json(
      Pipeline pipeline, String key, String value, String type) {
    ProducerRecord<String, byte[]> record =
        pipeline.image(key, value.getBytes(StandardCharsets.UTF_8));
    record.headers().add("content-type", type.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private static Map<String, RecordMetadata> places(
      List<ProducerRecord<String, byte[]>> records, List<RecordMetadata> places) {
    Map<String, RecordMetadata> placeOf = new LinkedHashMap<>();
    for (int i = 0; i < records.size(); i++) {
      placeOf.put(records.get(i).key(), places.get(i));
    }
    return placeOf;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(
        record.headers().lastHeader("__streams.errors." + name).value(), StandardCharsets.UTF_8);
  }

  /** Returns a JPEG file without image data. Its header gives this width and height. */
  private static byte[] claim(int width, int height) {
    return HexFormat.of()
        .parseHex(
            String.format(
                "ffd8ffc0001108%04x%04x03011100021101031101ffda000c03010002110311003f00ffd9",
                height, width));
  }
}
