package dev.millrace.streams.sending;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the limits of topics from the brokers, and keeps them until {@link #forget}. The reader
 * cannot read a topic's configuration if the client lacks the permission or if no broker answers
 * within 10 s. The reader then logs a warning and assumes {@link TopicLimits#DEFAULTS}.
 * Thread-safe.
 */
public final class LimitsReader {

  private static final Logger log = LoggerFactory.getLogger(LimitsReader.class);

  private static final int TIMEOUT_S = 10;

  private final Function<String, Config> topics;
  private final long producerLimit;
  private final Map<String, TopicLimits> known = new ConcurrentHashMap<>();

  /**
   * @param topics reads a topic's configuration, or throws {@link KafkaException}
   * @param producerLimit the largest record that the producer sends, in bytes
   */
  LimitsReader(Function<String, Config> topics, long producerLimit) {
    this.topics = topics;
    this.producerLimit = producerLimit;
  }

  /**
   * Creates a reader for a Kafka Streams application. The reader opens a connection for each topic
   * that it reads, and closes the connection after the answer.
   *
   * @param streams the application's configuration
   * @return the reader
   */
  public static LimitsReader of(Map<String, ?> streams) {
    StreamsConfig config = new StreamsConfig(streams);
    Map<String, Object> admin = config.getAdminConfigs("millrace-limits");
    ProducerConfig producer = new ProducerConfig(producer(config));
    return new LimitsReader(
        topic -> describe(admin, topic),
        Math.min(
            producer.getInt(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
            producer.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG)));
  }

  private static Map<String, Object> producer(StreamsConfig config) {
    Map<String, Object> producer = config.getProducerConfigs("millrace-limits");
    String bytes = "org.apache.kafka.common.serialization.ByteArraySerializer";
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, bytes);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, bytes);
    return producer;
  }

  private static Config describe(Map<String, Object> admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin client = Admin.create(admin)) {
      return client
          .describeConfigs(List.of(resource))
          .all()
          .get(TIMEOUT_S, TimeUnit.SECONDS)
          .get(resource);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException refusal
          ? refusal
          : new KafkaException(e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw new KafkaException("no broker answered within " + TIMEOUT_S + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while reading the limits", e);
    }
  }

  /**
   * Returns the limits of a topic and of the producer that sends to it. The first call for a topic
   * asks a broker.
   *
   * @param topic the topic's name
   * @return the limits
   */
  public TopicLimits of(String topic) {
    return known.computeIfAbsent(topic, this::read);
  }

  /**
   * Forgets all limits, so that the next call reads them again. Call this method when the limits
   * may have changed, for example after a refused send.
   */
  public void forget() {
    known.clear();
  }

  private TopicLimits read(String topic) {
    try {
      return TopicLimits.of(topics.apply(topic)).atMost(producerLimit);
    } catch (KafkaException e) {
      log.warn(
          "cannot read the limits of topic {} ({}); assuming Kafka's default, {} bytes per record."
              + " Grant the right DescribeConfigs on the topic.",
          topic,
          e.getMessage(),
          TopicLimits.DEFAULTS.maxBytes());
      return TopicLimits.DEFAULTS.atMost(producerLimit);
    }
  }
}
