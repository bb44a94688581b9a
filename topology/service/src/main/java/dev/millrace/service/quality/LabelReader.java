package dev.millrace.service.quality;

import dev.millrace.events.Prediction;
import dev.millrace.service.serve.PredictionListener;
import dev.millrace.service.topics.FollowedTopic;
import dev.millrace.service.topics.TopicTail;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the labels of images from a topic, and counts how many of these images a service classifies
 * correctly. Keeps the newest labels. A thread of its own reads the topic. This thread retries
 * while the topic does not exist, or while the broker or the schema registry does not answer.
 * Thread-safe.
 */
public final class LabelReader implements PredictionListener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LabelReader.class);

  private final KnownLabels labels;
  private final LiveAccuracy accuracy;
  private final FollowedTopic followed;

  private LabelReader(
      Map<String, Object> kafka,
      String topic,
      Deserializer<String> deserializer,
      MeterRegistry registry) {
    this.labels = new KnownLabels(deserializer);
    this.accuracy = new LiveAccuracy(registry, labels, System::nanoTime);
    this.followed =
        new FollowedTopic(
            kafka,
            "millrace-labels",
            topic,
            new TopicTail.Wanted(KnownLabels.MOST, this::add),
            trouble -> log.warn("cannot read the labels of {}: {}", topic, trouble));
  }

  /**
   * Starts to read a topic.
   *
   * @param kafka configuration of a consumer
   * @param topic the topic, whose records hold an image's id and its label
   * @param deserializer reads the labels
   * @param registry receives the meters; the caller keeps and closes it
   * @return the labels, which the caller closes
   */
  public static LabelReader open(
      Map<String, Object> kafka,
      String topic,
      Deserializer<String> deserializer,
      MeterRegistry registry) {
    LabelReader opened = new LabelReader(kafka, topic, deserializer, registry);
    opened.followed.start(opened.accuracy::expire);
    return opened;
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    labels.add(record);
    if (record.key() != null) {
      accuracy.labelled(new String(record.key(), StandardCharsets.UTF_8));
    }
  }

  @Override
  public void predicted(Prediction prediction, long timestamp) {
    accuracy.predicted(prediction);
  }

  /**
   * {@return an image's label, or empty if it is not known}
   *
   * @param id the image's id
   */
  public Optional<String> label(String id) {
    return labels.find(id);
  }

  @Override
  public void close() {
    followed.close();
  }
}
