package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests values of the user's own types, and several inferences in one topology or process. */
@Timeout(60)
class InferenceTest {

  private static final String MODEL = FakeInference.MODEL;

  @TempDir Path models;

  private final FakeModel model = new FakeModel();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<AutoCloseable> open = new ArrayList<>();
  private InferenceConfig config;

  /** A photo as its camera sends it. Its text form is {@code CAMERA:PIXEL}. */
  private record Photo(String camera, byte[] file) {
    static final Serde<Photo> SERDE =
        Serdes.serdeFrom(
            (topic, photo) ->
                photo == null
                    ? null
                    : (photo.camera() + ":" + (photo.file() == null ? "" : photo.file()[0]))
                        .getBytes(StandardCharsets.UTF_8),
            (topic, bytes) -> bytes == null ? null : of(new String(bytes, StandardCharsets.UTF_8)));

    static Photo of(String text) {
      String[] parts = text.split(":", -1);
      return new Photo(parts[0], parts[1].isEmpty() ? null : new byte[] {Byte.parseByte(parts[1])});
    }
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private InferenceConfig config() {
    if (config == null) {
      FakeInference.publish(models);
      config = InferenceConfig.builder(models, MODEL).maxBatchSize(4).top(1).build();
    }
    return config;
  }

  private InferenceBuilder<String, Photo, Prediction> ofPhotos() {
    return FakeInference.<Photo>builder(config(), model, Photo::file).registry(registry);
  }

  private <C extends AutoCloseable> C kept(C resource) {
    open.add(resource);
    return resource;
  }

  private TopologyTestDriver drive(StreamsBuilder builder) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "inference-test-" + models.getFileName());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterBadImages.class);
    properties.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "dead-letters");
    return kept(new TopologyTestDriver(builder.build(), properties));
  }

  private static KStream<String, Photo> photos(StreamsBuilder builder) {
    return builder.stream("photos", Consumed.with(Serdes.String(), Photo.SERDE));
  }

  private static TestInputTopic<String, Photo> input(TopologyTestDriver driver) {
    return driver.createInputTopic("photos", new StringSerializer(), Photo.SERDE.serializer());
  }

  private static <V> TestOutputTopic<String, V> output(
      TopologyTestDriver driver, String topic, Deserializer<V> values) {
    return driver.createOutputTopic(topic, new StringDeserializer(), values);
  }

  @Test
  void fieldsOfTheValue_areKeptBesideThePrediction() {
    Inference<String, Photo, String> inference =
        kept(
            ofPhotos()
                .result((photo, prediction) -> photo.camera() + " saw " + prediction.label())
                .build());
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder)
        .processValues(inference)
        .to("seen", Produced.with(Serdes.String(), Serdes.String()));
    TopologyTestDriver driver = drive(builder);

    input(driver).pipeInput("k", new Photo("north", new byte[] {7}));

    assertThat(output(driver, "seen", new StringDeserializer()).readRecord())
        .returns("k", TestRecord::key)
        .returns("north saw class-7", TestRecord::value);
  }

  @Test
  void joiner_getsKeyAndHeaders_andMayAddHeaders() {
    Inference<String, Photo, String> inference =
        kept(
            ofPhotos()
                .result(
                    (key, photo, headers, prediction) -> {
                      headers.add("label", prediction.label().getBytes(StandardCharsets.UTF_8));
                      return key + headers.lastHeader("place").key() + prediction.id();
                    })
                .build());
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder)
        .processValues(inference)
        .to("seen", Produced.with(Serdes.String(), Serdes.String()));
    TopologyTestDriver driver = drive(builder);
    TestRecord<String, Photo> photo = new TestRecord<>("k", new Photo("north", new byte[] {7}));
    photo.headers().add("place", new byte[0]);

    input(driver).pipeInput(photo);

    TestRecord<String, String> seen = output(driver, "seen", new StringDeserializer()).readRecord();
    assertThat(seen.value()).isEqualTo("kplacek");
    assertThat(seen.headers().lastHeader("place")).isNotNull();
    assertThat(seen.headers().lastHeader("label").value()).asString().isEqualTo("class-7");
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void valueWithoutAnImage_andRefusedValue_becomeDeadLetters() {
    Inference<String, Photo, Prediction> inference =
        kept(
            FakeInference.<Photo>builder(
                    config(),
                    model,
                    photo -> {
                      if (photo.camera().equals("broken")) {
                        throw new BadImageException(
                            BadImageException.Reason.UNDECODABLE, "the camera is broken");
                      }
                      return photo.file();
                    })
                .build());
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder)
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    TopologyTestDriver driver = drive(builder);

    input(driver).pipeInput("none", new Photo("north", null));
    input(driver).pipeInput("broken", new Photo("broken", new byte[] {7}));
    input(driver).pipeInput("good", new Photo("north", new byte[] {7}));
    input(driver).pipeInput("null", (Photo) null);

    assertThat(output(driver, "dead-letters", new StringDeserializer()).readRecordsToList())
        .extracting(
            TestRecord::key,
            record ->
                new String(
                    record.headers().lastHeader("__streams.errors.message").value(),
                    StandardCharsets.UTF_8))
        .containsExactly(
            Tuple.tuple("none", "the image is empty"),
            Tuple.tuple("broken", "the camera is broken"),
            Tuple.tuple("null", "the record has no value"));
    assertThat(
            output(driver, "predictions", Prediction.serde().deserializer()).readKeyValuesToList())
        .singleElement()
        .returns("good", record -> record.key);
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void joinerThatFails_failsTheTaskTwice_andThenTheRecordIsADeadLetter() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      Inference<String, Photo, String> inference =
          kept(
              ofPhotos()
                  .result(
                      (photo, prediction) -> {
                        if (photo.camera().equals("broken")) {
                          throw new IllegalStateException("no such camera");
                        }
                        return prediction.label();
                      })
                  .build());
      StreamsBuilder builder = new StreamsBuilder();
      photos(builder)
          .processValues(inference)
          .to("seen", Produced.with(Serdes.String(), Serdes.String()));
      TopologyTestDriver driver = drive(builder);
      TestInputTopic<String, Photo> photos = input(driver);
      photos.pipeInput("k", new Photo("north", new byte[] {7}));
      ThrowingCallable broken = () -> photos.pipeInput("b", new Photo("broken", new byte[] {7}));

      if (attempt < 3) {
        assertThatThrownBy(broken)
            .isInstanceOf(StreamsException.class)
            .hasStackTraceContaining("no such camera");
      } else {
        assertThatCode(broken).doesNotThrowAnyException();
        assertThat(output(driver, "dead-letters", new StringDeserializer()).readKeyValue().key)
            .isEqualTo("b");
      }

      assertThat(output(driver, "seen", new StringDeserializer()).readValuesToList())
          .containsExactly("class-7");
    }
  }

  /** Throws a checked exception without declaring it, as a function in Kotlin may do. */
  @SuppressWarnings("unchecked") // the cast is not checked at run time
  private static <E extends Exception> void throwAny(Exception any) throws E {
    throw (E) any;
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void joinerThatThrowsACheckedException_fails_asWithAnUncheckedOne() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      Inference<String, Photo, String> inference =
          kept(
              ofPhotos()
                  .result(
                      (photo, prediction) -> {
                        InferenceTest.<RuntimeException>throwAny(new Exception("checked"));
                        return prediction.label();
                      })
                  .build());
      StreamsBuilder builder = new StreamsBuilder();
      photos(builder)
          .processValues(inference)
          .to("seen", Produced.with(Serdes.String(), Serdes.String()));
      TopologyTestDriver driver = drive(builder);
      TestInputTopic<String, Photo> photos = input(driver);
      ThrowingCallable broken = () -> photos.pipeInput("b", new Photo("north", new byte[] {7}));

      if (attempt < 3) {
        assertThatThrownBy(broken)
            .isInstanceOf(StreamsException.class)
            .hasStackTraceContaining("checked");
      } else {
        assertThatCode(broken).doesNotThrowAnyException();
        assertThat(output(driver, "dead-letters", new StringDeserializer()).readKeyValue().key)
            .isEqualTo("b");
      }
    }
  }

  @Test
  void sameModelTwice_inOneTopology() {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Photo> photos = photos(builder);
    for (String topic : List.of("one", "two")) {
      photos
          .processValues(kept(ofPhotos().build()))
          .to(topic, Produced.with(Serdes.String(), Prediction.serde()));
    }
    TopologyTestDriver driver = drive(builder);

    input(driver).pipeInput("k", new Photo("north", new byte[] {7}));

    for (String topic : List.of("one", "two")) {
      assertThat(output(driver, topic, Prediction.serde().deserializer()).readValuesToList())
          .singleElement()
          .returns("class-7", Prediction::label);
    }
  }

  @Test
  void oneModelAfterTheOther_answersBeforeTheCommit() {
    Inference<String, Photo, Photo> finder =
        kept(
            ofPhotos()
                .result(
                    (photo, prediction) ->
                        new Photo(prediction.label(), new byte[] {(byte) (photo.file()[0] + 1)}))
                .build());
    Inference<String, Photo, String> namer =
        kept(
            ofPhotos()
                .result((photo, prediction) -> photo.camera() + ", then " + prediction.label())
                .build());
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder)
        .flatMapValues(photo -> List.of(photo, photo, photo, photo, photo))
        .processValues(finder)
        .processValues(namer)
        .to("seen", Produced.with(Serdes.String(), Serdes.String()));
    TopologyTestDriver driver = drive(builder);

    input(driver).pipeInput("k", new Photo("north", new byte[] {7}));

    assertThat(output(driver, "seen", new StringDeserializer()).readValuesToList())
        .hasSize(5)
        .containsOnly("class-7, then class-8");
  }

  @Test
  void nameTakenTwice_isRefusedWhenTheTopologyIsBuilt() {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Photo> photos = photos(builder);
    photos.processValues(kept(ofPhotos().name("twin").build()));
    photos.processValues(kept(ofPhotos().name("twin").build()));

    assertThatThrownBy(builder::build).hasMessageContaining("millrace-twin-barrier");
  }

  private static String storeOf(Inference<?, ?, ?> inference) {
    return inference.stores().iterator().next().name();
  }

  @Test
  void nameThatEndsWithANumber_isNotTheNameOfAnUnnamedInference() {
    String unnamed = storeOf(kept(ofPhotos().build()));
    String number = unnamed.replaceAll("\\D", "");

    assertThat(storeOf(kept(ofPhotos().name(MODEL + "-" + number).build()))).isNotEqualTo(unnamed);
    assertThat(storeOf(kept(ofPhotos().name("barrier-" + number).build()))).isNotEqualTo(unnamed);
  }

  @Test
  void nullOptions_areRefused() {
    InferenceBuilder<String, Photo, Prediction> photos = ofPhotos();
    List<ThrowingCallable> options =
        List.of(
            () -> photos.followPromotions(null),
            () -> photos.engineOf(null),
            () -> photos.onSwap(null),
            () -> photos.registry(null),
            () -> photos.runtime(null, null),
            () -> photos.result((ResultJoiner<String, Photo, String>) null),
            () -> ImageInference.<String, Photo>builder(config(), null),
            () -> ImageInference.<String>builder(null));

    assertThat(options)
        .allSatisfy(option -> assertThatThrownBy(option).isInstanceOf(NullPointerException.class));
  }

  @Test
  void badName_isRefused() {
    InferenceBuilder<String, Photo, Prediction> photos = ofPhotos();

    assertThatThrownBy(() -> photos.name("my photos"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name: 'my photos' is not made of");
  }

  @Test
  void namedInferences_haveMetersOfTheirOwn() {
    for (String name : List.of("one", "two")) {
      kept(ofPhotos().name(name).build()).start();
    }

    assertThat(registry.find("millrace.inference.count").meters())
        .extracting(Meter::getId)
        .extracting(id -> id.getTag("inference"))
        .containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void unnamedInferences_shareMetersWithoutTheTag() {
    kept(ofPhotos().build()).start();
    kept(ofPhotos().build()).start();

    assertThat(registry.find("millrace.inference.count").meters())
        .singleElement()
        .extracting(Meter::getId)
        .returns(null, id -> id.getTag("inference"))
        .returns(MODEL, id -> id.getTag("model"));
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void twoClients_inOneProcess_deadLetterTheirOwnRecords() {
    List<TopologyTestDriver> drivers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      StreamsBuilder builder = new StreamsBuilder();
      photos(builder)
          .processValues(kept(ofPhotos().build()))
          .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
      drivers.add(drive(builder));
    }

    for (int i = 0; i < 2; i++) {
      input(drivers.get(i)).pipeInput("bad-" + i, new Photo("north", null));
      input(drivers.get(i)).pipeInput("good-" + i, new Photo("north", new byte[] {3}));
    }

    for (int i = 0; i < 2; i++) {
      assertThat(
              output(drivers.get(i), "dead-letters", new StringDeserializer()).readKeyValue().key)
          .isEqualTo("bad-" + i);
      assertThat(
              output(drivers.get(i), "predictions", Prediction.serde().deserializer())
                  .readKeyValue()
                  .key)
          .isEqualTo("good-" + i);
    }
  }

  @Test
  void twoTestDrivers_onOneThread_deadLetterTheirOwnRecords() {
    List<TopologyTestDriver> drivers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      StreamsBuilder builder = new StreamsBuilder();
      builder.stream("bytes", Consumed.with(Serdes.String(), Serdes.ByteArray()))
          .processValues(
              kept(FakeInference.<byte[]>builder(config(), model, bytes -> null).build()));
      drivers.add(drive(builder));
    }

    for (int i = 0; i < 2; i++) {
      drivers
          .get(i)
          .createInputTopic("bytes", new StringSerializer(), new ByteArraySerializer())
          .pipeInput("bad-" + i, new byte[] {7});
    }

    for (int i = 0; i < 2; i++) {
      assertThat(
              output(drivers.get(i), "dead-letters", new StringDeserializer()).readKeyValue().key)
          .isEqualTo("bad-" + i);
    }
  }

  @Test
  void sharedEngine_loadsTheModelOnce_andSwapsBoth() {
    Inference<String, Photo, Prediction> owner = kept(ofPhotos().build());
    Inference<String, ImageEvent, Prediction> sharer =
        kept(
            ImageInference.<String>builder(
                    InferenceConfig.builder(models, MODEL).maxBatchSize(4).top(3).build())
                .engineOf(owner)
                .build());
    owner.start();
    sharer.start();
    assertThat(model.open).containsExactly(1);
    FakeInference.publish(models);

    sharer.swap(2, false);

    assertThat(owner.serving()).map(ModelVersion::version).contains(2);
    assertThat(model.open).containsExactly(2);
    sharer.close();
    assertThat(owner.health().ready()).isTrue();
    owner.close();
    assertThat(model.open).isEmpty();
    assertThat(sharer.health().reason()).isEqualTo("no model is loaded");
  }

  @Test
  void engineWithOtherSettings_isNotShared() {
    Inference<String, Photo, Prediction> owner = kept(ofPhotos().build());
    InferenceBuilder<String, Photo, Prediction> sharer =
        ImageInference.<String, Photo>builder(
                InferenceConfig.builder(models, MODEL).maxBatchSize(8).build(), Photo::file)
            .engineOf(owner);

    assertThatThrownBy(sharer::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have the same repository, model, version and engine");
  }

  @Test
  void sharer_doesNotFollowPromotions() {
    Inference<String, Photo, Prediction> owner = kept(ofPhotos().build());
    InferenceBuilder<String, Photo, Prediction> sharer =
        ofPhotos().engineOf(owner).followPromotions(Map.of("bootstrap.servers", "nowhere:1"));

    assertThatThrownBy(sharer::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("followPromotions: ");
  }

  @Test
  void listener_isToldOfSwaps_andItsFailureIsIgnored() {
    List<String> swaps = new ArrayList<>();
    Inference<String, Photo, Prediction> inference =
        kept(
            ofPhotos()
                .onSwap(
                    (previous, serving) -> {
                      swaps.add(previous.map(ModelVersion::version) + " -> " + serving.version());
                      throw new IllegalStateException("the listener fails");
                    })
                .build());
    inference.start();
    assertThat(swaps).isEmpty();
    FakeInference.publish(models);

    inference.swap(2, false);

    assertThat(swaps).containsExactly("Optional[1] -> 2");
    assertThat(inference.serving()).map(ModelVersion::version).contains(2);
  }

  @Test
  void health_followsTheEngine() {
    Inference<String, Photo, Prediction> inference = kept(ofPhotos().build());
    assertThat(inference.health())
        .isEqualTo(new InferenceHealth(false, "no model is loaded", MODEL, null));

    inference.start();
    assertThat(inference.health()).isEqualTo(new InferenceHealth(true, null, MODEL, 1));
    assertThat(inference.health().details()).isEqualTo(Map.of("model", MODEL, "version", 1));

    inference.close();
    assertThat(inference.health())
        .isEqualTo(new InferenceHealth(false, "no model is loaded", MODEL, 1));
    assertThat(inference.health().details())
        .isEqualTo(Map.of("model", MODEL, "version", 1, "reason", "no model is loaded"));
  }

  @Test
  @Tag("build-kafka") // before 4.3, Kafka Streams calls the store after a commit only at times
  void newerKafkaStreams_isNotReady_untilTheFirstCommit() {
    Inference<String, Photo, Prediction> inference =
        kept(new Inference<>(ofPhotos(), KafkaStreamsVersion.of("4.5.0")));
    inference.start();
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder)
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    TopologyTestDriver driver = drive(builder);
    assertThat(inference.health())
        .isEqualTo(
            new InferenceHealth(
                false,
                "Kafka Streams 4.5.0 was not tested with Millrace, and has not yet committed an"
                    + " image",
                MODEL,
                1));

    input(driver).pipeInput("k", new Photo("north", new byte[] {7})); // the driver commits

    assertThat(inference.health()).isEqualTo(new InferenceHealth(true, null, MODEL, 1));
  }

  @Test
  void modelThatDoesNotLoad_isTheReason() {
    model.broken = true;
    Inference<String, Photo, Prediction> inference = kept(ofPhotos().build());

    assertThatThrownBy(inference::start).hasStackTraceContaining("the fake device is broken");

    assertThat(inference.health().ready()).isFalse();
    assertThat(inference.health().reason()).contains("the fake device is broken");
  }

  @Test
  void promotions_beforeStart_failTheTaskAndTheHealth() {
    Inference<String, Photo, Prediction> inference =
        kept(ofPhotos().followPromotions(Map.of("bootstrap.servers", "nowhere:1")).build());
    StreamsBuilder builder = new StreamsBuilder();
    photos(builder).processValues(inference);

    assertThat(inference.health().reason())
        .isEqualTo("the control topic was not read yet; call start()");
    assertThatThrownBy(() -> drive(builder))
        .hasStackTraceContaining("call start() before the Kafka Streams client starts");
  }
}
