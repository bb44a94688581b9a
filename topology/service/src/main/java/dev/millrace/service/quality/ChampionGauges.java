package dev.millrace.service.quality;

import dev.millrace.control.ControlTopic;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.service.history.MeasuredChampion;
import dev.millrace.service.history.Waiting;
import dev.millrace.service.topics.FollowedTopic;
import dev.millrace.service.topics.TopicTail;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gauges of the trainer's last measurement of a model's champion, and whether the training waits.
 * They appear with the trainer's first report. Used by one thread.
 */
public final class ChampionGauges {

  private static final Logger log = LoggerFactory.getLogger(ChampionGauges.class);

  /** Number of the topic's newest records among which the last measurement is sought. */
  private static final int RECORDS = 1_000;

  private final String model;
  private final MultiGauge accuracy;
  private final MultiGauge low;
  private final MultiGauge high;
  private final MultiGauge images;
  private final MultiGauge fallen;
  private final MultiGauge waiting;

  /**
   * @param model the model's name
   * @param registry receives the gauges; the caller keeps and closes it
   */
  ChampionGauges(String model, MeterRegistry registry) {
    this.model = model;
    this.accuracy =
        MultiGauge.builder("millrace.champion.accuracy")
            .description(
                "Share of the newest held-out images that the promoted version classified right,"
                    + " measured by the trainer before its last round")
            .register(registry);
    this.low =
        MultiGauge.builder("millrace.champion.accuracy.low")
            .description("Lower end of the 95 % interval of millrace_champion_accuracy")
            .register(registry);
    this.high =
        MultiGauge.builder("millrace.champion.accuracy.high")
            .description("Upper end of the 95 % interval of millrace_champion_accuracy")
            .register(registry);
    this.images =
        MultiGauge.builder("millrace.champion.images")
            .description("Number of images from which millrace_champion_accuracy was computed")
            .register(registry);
    this.fallen =
        MultiGauge.builder("millrace.champion.fallen")
            .description(
                "1 if millrace_champion_accuracy is significantly lower than when the version was"
                    + " promoted")
            .register(registry);
    this.waiting =
        MultiGauge.builder("millrace.training.waiting")
            .description(
                "1 while the model's training from topics waits, for example for labels or for the"
                    + " repository, so that it publishes no versions")
            .register(registry);
  }

  /**
   * Starts to read the status topic. If the user has no right to read it, there are no gauges.
   *
   * @param kafka configuration of a consumer
   * @param model the model's name
   * @param registry receives the gauges; the caller keeps and closes it
   * @return the reader, which the caller closes
   */
  public static FollowedTopic follow(
      Map<String, Object> kafka, String model, MeterRegistry registry) {
    ChampionGauges gauges = new ChampionGauges(model, registry);
    FollowedTopic followed =
        new FollowedTopic(
            kafka,
            "millrace-trainer-reports",
            ControlTopic.STATUS,
            new TopicTail.Wanted(RECORDS, gauges::add),
            trouble -> log.info("cannot read the trainer's reports: {}", trouble));
    followed.start(() -> {});
    return followed;
  }

  /** Shows the report in a record. Ignores records of another type and of other models. */
  void add(ConsumerRecord<byte[], byte[]> record) {
    MeasuredChampion.of(record)
        .filter(measured -> measured.report().model().equals(model))
        .ifPresent(this::show);
    Waiting.of(record).filter(wait -> wait.report().model().equals(model)).ifPresent(this::show);
  }

  private void show(Waiting wait) {
    set(waiting, Tags.of("model", model), wait.isWaiting() ? 1 : 0);
  }

  private void show(MeasuredChampion measured) {
    ChampionMeasure measure = measured.report().measure();
    Proportion interval = measured.interval();
    Tags tags = Tags.of("model", model, "version", Integer.toString(measure.version()));
    set(accuracy, tags, measure.accuracy());
    set(low, tags, interval.low());
    set(high, tags, interval.high());
    set(images, tags, measure.images());
    set(fallen, tags, measure.hasFallen() ? 1 : 0);
  }

  private static void set(MultiGauge gauge, Tags tags, double value) {
    gauge.register(List.of(MultiGauge.Row.of(tags, value)), true);
  }
}
