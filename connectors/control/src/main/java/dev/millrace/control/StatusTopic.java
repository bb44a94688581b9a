package dev.millrace.control;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes reports to the status topic. If a report cannot be delivered, this class logs a warning or
 * calls a callback, and does not throw an exception. Not thread-safe.
 */
public final class StatusTopic implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StatusTopic.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final int MAX_BLOCK_MS = 2_000;

  private final Producer<String, byte[]> producer;

  /**
   * Opens a producer.
   *
   * @param kafka configuration of a Kafka producer
   */
  public StatusTopic(Map<String, ?> kafka) {
    this(new KafkaProducer<>(config(kafka), new StringSerializer(), new ByteArraySerializer()));
  }

  /**
   * Uses an open producer, and closes it in {@link #close}.
   *
   * @param producer a producer without a transaction
   */
  public StatusTopic(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  static Map<String, Object> config(Map<String, ?> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    return config;
  }

  /**
   * Sends a report without waiting for its delivery. If the broker is unreachable or the producer's
   * buffer is full, the call blocks for at most 2 s, unless the caller passed its own producer.
   *
   * @param report the report
   */
  public void publish(SwapReport report) {
    send(report.model(), report.toJson(), StatusTopic::warn);
  }

  /**
   * Sends a trainer's report in the way in which {@link #publish(SwapReport)} sends a report. If
   * the report cannot be delivered, this method passes the reason to {@code failed} and logs no
   * warning.
   *
   * @param report the report
   * @param failed receives the reason, on the calling thread or on the producer's thread
   */
  public void publish(TrainerReport report, Consumer<Exception> failed) {
    send(report.key(), report.toJson(), failed);
  }

  private void send(String key, byte[] value, Consumer<Exception> failed) {
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(ControlTopic.STATUS, key, value),
              (place, failure) -> {
                if (failure != null) {
                  failed.accept(failure);
                }
              });
    } catch (KafkaException e) {
      failed.accept(e);
    }
  }

  private static void warn(Exception failure) {
    log.warn("Cannot write a report to {}: {}", ControlTopic.STATUS, failure.getMessage());
  }

  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
