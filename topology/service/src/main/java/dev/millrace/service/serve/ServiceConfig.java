package dev.millrace.service.serve;

import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.sending.RefusedSends;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What a service needs to run.
 *
 * @param inference the model and how it runs
 * @param topics where images come from and predictions go
 * @param onBadImage what becomes of an image that cannot be classified
 * @param maxRecordBytes the largest record batch of the input topic, as its {@code
 *     max.message.bytes} has it; dead letters may be larger by their headers
 * @param pinned whether the version it starts with serves to the end, whatever is promoted
 * @param skipped offsets of records that are passed unread, one a partition; each becomes a dead
 *     letter without a value
 * @param kafka Kafka's own keys, those of Kafka Streams and its clients; they win over the defaults
 *     here
 */
public record ServiceConfig(
    InferenceConfig inference,
    Topics topics,
    OnBadImage onBadImage,
    int maxRecordBytes,
    boolean pinned,
    Map<TopicPartition, Long> skipped,
    Properties kafka) {

  /** Kafka's own default limit of a topic: 1 MiB and the batch's overhead. */
  public static final int DEFAULT_MAX_RECORD_BYTES = 1_048_588;

  /** How long it takes by default to find a new partition, or a topic that the pattern matches. */
  public static final Duration NEW_TOPICS_AFTER = Duration.ofSeconds(30);

  /**
   * How long the partitions of a killed instance stand still; and, under exactly-once, those of the
   * others, too, if it comes back meanwhile. Kafka's default is 45 s.
   */
  static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

  /** A broker's {@code socket.request.max.bytes}, less what else is in a request. */
  private static final int MAX_RECORD_BYTES = 90 << 20;

  private static final long DEFAULT_BUFFER_MEMORY =
      (Long) ProducerConfig.configDef().defaultValues().get(ProducerConfig.BUFFER_MEMORY_CONFIG);

  /** What a dead letter has more than its image: Kafka Streams' headers, with a stack trace. */
  static final int DEAD_LETTER_HEADERS = 64 << 10;

  /** Kafka's constant for it is deprecated from its first day. */
  private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

  public ServiceConfig {
    Objects.requireNonNull(inference, "inference");
    Objects.requireNonNull(topics, "topics");
    Objects.requireNonNull(onBadImage, "onBadImage");
    Objects.requireNonNull(kafka, "kafka");
    skipped = Map.copyOf(skipped);
    if (!skipped.isEmpty() && isStreamsProtocol(kafka)) {
      throw new IllegalArgumentException(
          "skip: under group.protocol=streams Kafka Streams has a consumer of its own, which passes"
              + " no record; move the group's offset with kafka-consumer-groups --reset-offsets");
    }
    if (maxRecordBytes < 1024 || maxRecordBytes > MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "max-record-bytes: "
              + maxRecordBytes
              + " is not between 1024 and "
              + MAX_RECORD_BYTES
              + ", what a broker takes in one request");
    }
    if (topics.inputPattern() != null && isStreamsProtocol(kafka)) {
      throw new IllegalArgumentException(
          "input-pattern: group.protocol=streams takes no pattern; name the topics with --input, or"
              + " leave group.protocol out");
    }
  }

  /** A service that reads every record. */
  public ServiceConfig(
      InferenceConfig inference,
      Topics topics,
      OnBadImage onBadImage,
      int maxRecordBytes,
      boolean pinned,
      Properties kafka) {
    this(inference, topics, onBadImage, maxRecordBytes, pinned, Map.of(), kafka);
  }

  /** Bad images become dead letters, and records are as large as Kafka takes them by default. */
  public static ServiceConfig of(InferenceConfig inference, Topics topics, Properties kafka) {
    return new ServiceConfig(
        inference, topics, OnBadImage.DEAD_LETTER, DEFAULT_MAX_RECORD_BYTES, false, kafka);
  }

  /** The largest record batch of the dead-letter topic for an input limit, in bytes. */
  static int maxDeadLetterBytes(int maxRecordBytes) {
    return maxRecordBytes + DEAD_LETTER_HEADERS;
  }

  /** The consumer group, which Kafka Streams calls the application. */
  public String group() {
    return new StreamsConfig(streams()).getString(StreamsConfig.APPLICATION_ID_CONFIG);
  }

  /** Where a partition begins of which the group has no offset, as Kafka says it. */
  public String offsetReset() {
    Object reset =
        new StreamsConfig(streams())
            .getMainConsumerConfigs(group(), "start", 0)
            .get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
    return reset.toString();
  }

  /** How long it takes to find a new partition, or a new topic that the pattern matches. */
  public Duration newTopicsAfter() {
    Object age =
        new StreamsConfig(streams())
            .getMainConsumerConfigs(group(), "start", 0)
            .get(CommonClientConfigs.METADATA_MAX_AGE_CONFIG);
    return Duration.ofMillis(Long.parseLong(age.toString()));
  }

  /** Number of stream threads. */
  int threads() {
    return new StreamsConfig(streams()).getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG);
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
        + ", onBadImage="
        + onBadImage
        + ", maxRecordBytes="
        + maxRecordBytes
        + ", pinned="
        + pinned
        + ", skipped="
        + skipped
        + ", kafka="
        + kafka.stringPropertyNames()
        + "]";
  }

  /** True if the group is one of KIP-1071's. */
  boolean isStreamsProtocol() {
    return isStreamsProtocol(kafka);
  }

  private static boolean isStreamsProtocol(Properties kafka) {
    return GroupProtocol.STREAMS.name.equalsIgnoreCase(
        kafka.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG));
  }

  private boolean isExactlyOnce() {
    return StreamsConfig.EXACTLY_ONCE_V2.equals(
        kafka.getProperty(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
  }

  private Map<String, Object> defaults() {
    Map<String, Object> defaults = new LinkedHashMap<>();
    defaults.put(StreamsConfig.APPLICATION_ID_CONFIG, "millrace-" + inference.model());
    defaults.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        DeadLetterBadImages.class.getName());
    defaults.put(
        StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusedSends.class.getName());
    defaults.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, ReadingTime.class.getName());
    if (onBadImage == OnBadImage.DEAD_LETTER) {
      defaults.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics.deadLetters());
    }
    // The topics' own limits decide, and they are looked at before anything is sent.
    defaults.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxDeadLetterBytes(MAX_RECORD_BYTES));
    defaults.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        Math.max(DEFAULT_BUFFER_MEMORY, 4L * maxDeadLetterBytes(maxRecordBytes)));
    // There are no global tables here; Kafka Streams warns as long as this is not said, and its
    // assignor, which gets the consumer's configuration alone, warns once more a thread.
    defaults.put(GLOBAL_HANDLER, true);
    defaults.put(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), true);
    // At least once it is what a crash makes us infer again, and every commit waits for what is in
    // flight; exactly once it is also how long a prediction waits to be seen.
    defaults.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, isExactlyOnce() ? 500 : 1_000);
    boolean prompt = !isStreamsProtocol(kafka);
    if (prompt) {
      defaults.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION_TIMEOUT.toMillis());
      defaults.put(
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) SESSION_TIMEOUT.toMillis() / 4);
    }
    if (!prompt) {
      // There, Kafka Streams makes its consumer itself, and an answer waits for its poll.
      defaults.put(StreamsConfig.POLL_MS_CONFIG, 5);
    }
    if (!skipped.isEmpty()) {
      // A record that is to be passed unread must not be polled together with those before it.
      defaults.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1);
    }
    // Images are large: buffering Kafka Streams' default of 1,000 a partition would take gigabytes.
    defaults.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2 * inference.maxInFlight());
    // Kafka Streams lingers 100 ms, which every prediction would wait. Under load our consumer has
    // answers leave in bursts, which a millisecond keeps together.
    defaults.put(ProducerConfig.LINGER_MS_CONFIG, prompt ? 1 : 5);
    // Kafka's default of 16 KiB is one prediction of a thousand classes.
    defaults.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
    // Kafka's default of five minutes is how long the images of a new partition, or of a new topic
    // that the pattern matches, would wait.
    defaults.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, (int) NEW_TOPICS_AFTER.toMillis());
    return defaults;
  }
}
