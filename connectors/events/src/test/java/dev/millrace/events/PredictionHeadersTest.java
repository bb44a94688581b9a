package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class PredictionHeadersTest {

  private static final long TIME = 1_767_323_045_006L;

  private static Prediction prediction(String id) {
    return prediction(id, new Prediction.Source("images", 2, 42));
  }

  private static Prediction prediction(String id, Prediction.Source source) {
    return new Prediction(
        id, new Prediction.Model("m", 3, "0".repeat(64)), "cat", 1, List.of(), null, source);
  }

  private static Headers headers(String... names) {
    Headers headers = new RecordHeaders();
    for (String name : names) {
      headers.add(name, "image's".getBytes(StandardCharsets.UTF_8));
    }
    return headers;
  }

  private static List<String> texts(Headers headers) {
    return StreamSupport.stream(headers.spliterator(), false)
        .map(header -> header.key() + ": " + new String(header.value(), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void prediction_isAnEventOfItsOwn() {
    Headers image = headers("ce_id", "CE_Source", "ce_dataref", "ce_camera", "content-type");
    Headers before = new RecordHeaders(image);

    Headers own = PredictionHeaders.of(image, prediction("Käse/1.jpg"), "millrace-m", TIME);

    assertThat(texts(own))
        .containsExactly(
            "ce_specversion: 1.0",
            "ce_id: images-2-42",
            "ce_source: millrace-m",
            "ce_type: dev.millrace.prediction.v1",
            "ce_time: 2026-01-02T03:04:05.006Z",
            "ce_subject: Käse/1.jpg");
    assertThat(image).isEqualTo(before);
  }

  /** An event's id must be unique. */
  @Test
  void predictionWithoutASource_hasARandomId() {
    Set<String> ids =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    PredictionHeaders.of(
                        headers(), prediction("a", Prediction.Source.NONE), "app", TIME))
            .map(own -> new String(own.lastHeader("ce_id").value(), StandardCharsets.UTF_8))
            .collect(Collectors.toSet());

    assertThat(ids).hasSize(3).allSatisfy(id -> assertThat(UUID.fromString(id)).hasToString(id));
  }

  @Test
  void headersOfTheImagesValue_doNotLeak() {
    Headers image =
        headers("Content-Type", "content-encoding", "CONTENT-LENGTH", "content-md5", "content-x");

    assertThat(texts(PredictionHeaders.of(image, prediction("a"), "app", TIME)))
        .filteredOn(text -> text.toLowerCase(java.util.Locale.ROOT).startsWith("content"))
        .containsExactly("content-x: image's");
  }

  /** Spring's and the registries' deserializers would read a prediction by these headers. */
  @Test
  void typeAndSchemaOfTheImagesValue_doNotLeak_butThoseOfTheKeyStay() {
    Headers image =
        headers(
            "__TypeId__",
            "__ContentTypeId__",
            "__KeyTypeId__",
            "contentType",
            "__value_schema_id",
            "apicurio.value.globalId",
            "apicurio.value.encoding",
            "__Key_TypeId__",
            "__key_schema_id",
            "apicurio.key.globalId");

    assertThat(texts(PredictionHeaders.of(image, prediction("a"), "app", TIME)))
        .filteredOn(text -> text.endsWith("image's"))
        .containsExactly(
            "__Key_TypeId__: image's",
            "__key_schema_id: image's",
            "apicurio.key.globalId: image's");
  }

  @Test
  void otherHeaders_areKeptInTheirOrder() {
    Headers image = headers("traceparent", "mine", "ce_id", "mine", "cellar", "millrace.replayed");

    assertThat(texts(PredictionHeaders.of(image, prediction("a"), "app", TIME)).subList(0, 5))
        .containsExactly(
            "traceparent: image's",
            "mine: image's",
            "mine: image's",
            "cellar: image's",
            "millrace.replayed: image's");
  }

  @Test
  void attributesThatCloudEventsDoNotAllow_areLeftOut() {
    Headers own = PredictionHeaders.of(headers(), prediction(""), "app", Long.MAX_VALUE);

    assertThat(own.lastHeader("ce_subject")).isNull();
    assertThat(own.lastHeader("ce_time")).isNull();
    long year10000 = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli() + 1;
    assertThat(
            PredictionHeaders.of(headers(), prediction("a"), "app", year10000)
                .lastHeader("ce_time"))
        .isNull();
    assertThat(texts(PredictionHeaders.of(headers(), prediction("a"), "app", year10000 - 1)))
        .contains("ce_time: 9999-12-31T23:59:59.999Z");
  }
}
