package dev.millrace.service.serve;

import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.InferenceConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What a service needs to run.
 *
 * @param inference the model and how it runs
 * @param topics where images come from and predictions go
 * @param kafka Kafka's own keys, those of Kafka Streams and its clients; they win over the defaults
 *     here
 */
public record ServiceConfig(InferenceConfig inference, Topics topics, Properties kafka) {

  /** Kafka's constant for it is deprecated from its first day. */
  private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

  public ServiceConfig {
    Objects.requireNonNull(inference, "inference");
    Objects.requireNonNull(topics, "topics");
    Objects.requireNonNull(kafka, "kafka");
  }

  /** The configuration for Kafka Streams. */
  Properties streams() {
    Properties all = new Properties();
    all.putAll(defaults());
    all.putAll(kafka);
    return all;
  }

  /** Kafka's values may be secrets. */
  @Override
  public String toString() {
    return "ServiceConfig[inference="
        + inference
        + ", topics="
        + topics
        + ", kafka="
        + kafka.stringPropertyNames()
        + "]";
  }

  private Map<String, Object> defaults() {
    Map<String, Object> defaults = new LinkedHashMap<>();
    defaults.put(StreamsConfig.APPLICATION_ID_CONFIG, "millrace-" + inference.model());
    defaults.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        DeadLetterBadImages.class.getName());
    defaults.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics.deadLetters());
    // There are no global tables here; Kafka Streams warns as long as this is not said, and its
    // assignor, which gets the consumer's configuration alone, warns once more a thread.
    defaults.put(GLOBAL_HANDLER, true);
    defaults.put(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), true);
    // What a crash makes us infer again; the barrier costs nothing measurable from here on.
    defaults.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
    // An answer that is there must not wait for the poll that runs meanwhile (default 100 ms).
    defaults.put(StreamsConfig.POLL_MS_CONFIG, 5);
    // Images are large: buffering Kafka Streams' default of 1,000 a partition would take gigabytes.
    defaults.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2 * inference.maxInFlight());
    // Kafka Streams lingers 100 ms, which every prediction would wait.
    defaults.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    return defaults;
  }
}
