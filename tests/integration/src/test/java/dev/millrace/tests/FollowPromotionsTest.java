package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlWriter;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.InferenceHealth;
import dev.millrace.streams.InferenceStalledError;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests an inference in a user's own topology that follows the promotions. */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class FollowPromotionsTest {

  @TempDir Path models;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final List<String> swaps = new CopyOnWriteArrayList<>();

  private Inference<String, ImageEvent, Prediction> inference(EmbeddedBroker broker, String model) {
    Properties kafka = new Properties();
    kafka.put("application.id", "follow-promotions");
    kafka.put("bootstrap.servers", broker.bootstrapServers());
    kafka.put("num.stream.threads", 2);
    return ImageInference.<String>builder(InferenceConfig.of(models, model))
        .registry(registry)
        .name("photos")
        .followPromotions(kafka)
        .onSwap(
            (previous, serving) ->
                swaps.add(previous.map(ModelVersion::version) + " -> " + serving.version()))
        .build();
  }

  private static void promote(EmbeddedBroker broker, String model, Champion champion)
      throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      TopicCreation.createControl(admin);
    }
    var unused = new ControlWriter(kafka, kafka).change(model, before -> champion);
  }

  private double lagging() {
    return registry.get("millrace.champion.lagging").tag("inference", "photos").gauge().value();
  }

  @Test
  void withoutAPromotion_theNewestStarts_andLaterPromotionsSwap(EmbeddedBroker broker)
      throws Exception {
    String model = "follow-none";
    Models.publishRandom(models, model);
    ModelVersion second = Models.publishRandom(models, model);
    try (Inference<String, ImageEvent, Prediction> inference = inference(broker, model)) {
      assertThat(inference.start()).isEqualTo(second);
      assertThat(inference.start()).isEqualTo(second);
      assertThat(inference.health()).isEqualTo(new InferenceHealth(true, null, model, 2));

      promote(broker, model, new Champion(1, null, false));
      await().dontCatchUncaughtExceptions().until(() -> swaps.equals(List.of("Optional[2] -> 1")));
      assertThat(inference.health()).isEqualTo(new InferenceHealth(true, null, model, 1));
      assertThat(inference.start().version()).isEqualTo(1);

      promote(broker, model, new Champion(9, 1, false));
      await().dontCatchUncaughtExceptions().until(() -> lagging() == 1);
      assertThat(inference.health().ready()).isTrue();
      assertThat(inference.health().reason()).startsWith("version 9: ");
      assertThat(inference.health().version()).isEqualTo(1);
    }
    assertThat(registry.find("millrace.champion.lagging").gauge()).isNull();
    assertThat(registry.find("millrace.inference.count").counter()).isNull();
  }

  @Test
  void promotedVersion_starts_andNotTheNewest(EmbeddedBroker broker) throws Exception {
    String model = "follow-first";
    ModelVersion first = Models.publishRandom(models, model);
    Models.publishRandom(models, model);
    promote(broker, model, new Champion(1, null, false));
    try (Inference<String, ImageEvent, Prediction> inference = inference(broker, model)) {
      assertThat(inference.start()).isEqualTo(first);
      assertThat(swaps).isEmpty();
    }
  }

  @Test
  void versionBefore_serves_untilThePromotedOneCan(EmbeddedBroker broker) throws Exception {
    String model = "follow-before";
    ModelVersion first = Models.publishRandom(models, model);
    promote(broker, model, new Champion(2, 1, false));
    try (Inference<String, ImageEvent, Prediction> inference = inference(broker, model)) {
      assertThat(inference.start()).isEqualTo(first);
      assertThat(inference.health().ready()).isTrue();
      assertThat(inference.health().reason()).startsWith("version 2: ");

      ModelVersion second = Models.publishRandom(models, model);
      await()
          .dontCatchUncaughtExceptions()
          .until(() -> inference.serving().equals(Optional.of(second)));
      await()
          .dontCatchUncaughtExceptions()
          .until(() -> inference.health().equals(new InferenceHealth(true, null, model, 2)));
    }
  }

  @Test
  void withoutAVersionThatCanServe_startWaits(EmbeddedBroker broker) throws Exception {
    String model = "follow-wait";
    Models.publishRandom(models, model);
    promote(broker, model, new Champion(3, 2, false));
    try (Inference<String, ImageEvent, Prediction> inference = inference(broker, model)) {
      CompletableFuture<ModelVersion> started = CompletableFuture.supplyAsync(inference::start);
      await()
          .dontCatchUncaughtExceptions()
          .until(
              () ->
                  inference
                      .health()
                      .reason()
                      .startsWith("no promoted version of follow-wait can serve: version 3: "));
      assertThat(inference.health().ready()).isFalse();
      assertThat(started).isNotDone();

      ModelVersion second = Models.publishRandom(models, model);

      assertThat(started.get(60, TimeUnit.SECONDS)).isEqualTo(second);
      assertThat(inference.health().ready()).isTrue();
    }
  }

  @Test
  void close_endsAStartThatWaits(EmbeddedBroker broker) throws Exception {
    String model = "follow-close";
    Models.publishRandom(models, model);
    promote(broker, model, new Champion(3, 2, false));
    Inference<String, ImageEvent, Prediction> inference = inference(broker, model);
    CompletableFuture<ModelVersion> started = CompletableFuture.supplyAsync(inference::start);
    await()
        .dontCatchUncaughtExceptions()
        .until(() -> inference.health().reason().startsWith("no promoted version"));

    inference.close();

    assertThatThrownBy(() -> started.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InferenceStalledError.class)
        .hasMessageContaining("closed before a promoted version served");
  }

  @Test
  void startThatFails_canBeRepeated(EmbeddedBroker broker) {
    String model = "follow-again";
    try (Inference<String, ImageEvent, Prediction> inference = inference(broker, model)) {
      assertThatThrownBy(inference::start).isInstanceOf(ModelException.class);

      ModelVersion first = Models.publishRandom(models, model);

      assertThat(inference.start()).isEqualTo(first);
    }
  }

  @Test
  void withoutABroker_startFails(EmbeddedBroker broker) {
    Models.publishRandom(models, "follow-nowhere");
    try (Inference<String, ImageEvent, Prediction> inference =
        ImageInference.<String>builder(InferenceConfig.of(models, "follow-nowhere"))
            .registry(registry)
            .followPromotions(
                Map.of("bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", "2000"))
            .build()) {
      assertThatThrownBy(inference::start).isInstanceOf(KafkaException.class);

      assertThat(inference.health().reason())
          .isEqualTo("the control topic was not read yet; call start()");
    }
  }
}
