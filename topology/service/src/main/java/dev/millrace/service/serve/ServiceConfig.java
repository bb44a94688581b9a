package dev.millrace.service.serve;

import dev.millrace.blobs.AllowList;
import dev.millrace.blobs.FetchConfig;
import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.sending.RefusedSends;
import dev.millrace.streams.sending.UnreadRecords;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of a service.
 *
 * @param inference the model, and the settings with which the model runs
 * @param topics the topics that the service reads and writes
 * @param formats the formats of the events that the service reads and writes
 * @param fetch the places of images that records may refer to, and how they are fetched
 * @param onBadImage what happens to an image that cannot be classified
 * @param maxRecordBytes largest record batch of the input topics, in bytes, as in {@code
 *     max.message.bytes} of these topics. A dead letter may be larger, because it has more headers
 * @param pinned whether the service ignores promotions, and keeps the version that it starts with
 * @param skipped for each partition, the offset of the record to skip; the service turns this
 *     record into a dead letter without a value
 * @param kafka keys of Kafka Streams and its clients; they override the defaults of this class
 */
public record ServiceConfig(
    InferenceConfig inference,
    Topics topics,
    EventFormats formats,
    FetchConfig fetch,
    OnBadImage onBadImage,
    int maxRecordBytes,
    boolean pinned,
    Map<TopicPartition, Long> skipped,
    Properties kafka) {

  /** Kafka's default for a topic's {@code max.message.bytes}: 1 MiB plus 12 bytes for the batch. */
  public static final int DEFAULT_MAX_RECORD_BYTES = 1_048_588;

  /**
   * The default time within which the service finds a new partition, or a new topic that matches
   * the input pattern.
   */
  public static final Duration NEW_TOPICS_AFTER = Duration.ofSeconds(30);

  /**
   * The session timeout. After an instance was killed, no other instance processes its partitions
   * for this time. If the killed instance starts again within this time under exactly-once, the
   * partitions of the other instances stand still, too. Kafka's default is 45 s.
   */
  static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

  /**
   * The interval of heartbeats. Under the classic protocol, the answer to a heartbeat tells a
   * member that a rebalance has begun. Each step of the rebalance then waits for all members.
   * Kafka's default is 3 s.
   */
  static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /**
   * The largest possible record batch: the default of a broker's {@code socket.request.max.bytes},
   * 100 MiB, minus 10 MiB for the other parts of a request.
   */
  private static final int MAX_RECORD_BYTES = 90 << 20;

  /** Largest number of records that a poll returns. */
  private static final int MAX_POLL_RECORDS = 50;

  private static final long DEFAULT_BUFFER_MEMORY =
      (Long) ProducerConfig.configDef().defaultValues().get(ProducerConfig.BUFFER_MEMORY_CONFIG);

  /**
   * Number of bytes to allow for the headers that Kafka Streams adds to a dead letter. The headers
   * include a stack trace.
   */
  static final int DEAD_LETTER_HEADERS = 64 << 10;

  /** Allows no places. A record must hold its image itself, and may not refer to a stored image. */
  public static final FetchConfig NO_FETCHES = FetchConfig.of(AllowList.of(List.of()));

  /**
   * The longest time that a fetch may take under exactly-once. A commit waits for the fetches of
   * its records, and must end before the transaction times out.
   */
  private static final Duration LONGEST_FETCH = Duration.ofSeconds(5);

  /** The key as a literal, because Kafka's constant for the key is deprecated. */
  private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

  /**
   * Validates the settings.
   *
   * @param inference the model, and the settings with which the model runs
   * @param topics the topics that the service reads and writes
   * @param formats the formats of the events that the service reads and writes
   * @param fetch the places of images that records may refer to, and how they are fetched
   * @param onBadImage what happens to an image that cannot be classified
   * @param maxRecordBytes largest record batch of the input topics
   * @param pinned whether the service ignores promotions
   * @param skipped the offset of the record to skip, by partition
   * @param kafka keys of Kafka Streams and its clients
   * @throws IllegalArgumentException if a value is out of range, or is not supported under {@code
   *     group.protocol=streams}; the message names the key
   */
  public ServiceConfig {
    Objects.requireNonNull(inference, "inference");
    Objects.requireNonNull(topics, "topics");
    Objects.requireNonNull(formats, "formats");
    Objects.requireNonNull(fetch, "fetch");
    Objects.requireNonNull(onBadImage, "onBadImage");
    Objects.requireNonNull(kafka, "kafka");
    skipped = Map.copyOf(skipped);
    if (!skipped.isEmpty() && isStreamsProtocol(kafka)) {
      throw new IllegalArgumentException(
          "skip: not supported under group.protocol=streams, where Kafka Streams makes its own"
              + " consumer; move the group's offset with kafka-consumer-groups.sh --reset-offsets");
    }
    if (maxRecordBytes < 1024 || maxRecordBytes > MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "max-record-bytes: "
              + maxRecordBytes
              + " is not between 1024 and "
              + MAX_RECORD_BYTES
              + ", the most that a broker accepts in one request");
    }
    if (!fetch.allowed().isEmpty()
        && isExactlyOnce(kafka)
        && fetch.limits().total().compareTo(LONGEST_FETCH) > 0) {
      throw new IllegalArgumentException(
          "fetch-timeout: "
              + fetch.limits().total().toMillis() / 1e3
              + " is longer than "
              + LONGEST_FETCH.toSeconds()
              + " s, the most under exactly_once_v2, because each commit waits for the fetches");
    }
    if (topics.inputPattern() != null && isStreamsProtocol(kafka)) {
      throw new IllegalArgumentException(
          "input-pattern: group.protocol=streams takes no pattern; name the topics with --input,"
              + " or leave group.protocol out");
    }
  }

  /**
   * Creates the settings of a service with the default formats that fetches no image and skips no
   * record.
   *
   * @param inference the model, and the settings with which the model runs
   * @param topics the topics that the service reads and writes
   * @param onBadImage what happens to an image that cannot be classified
   * @param maxRecordBytes largest record batch of the input topics, in bytes
   * @param pinned whether the service ignores promotions
   * @param kafka keys of Kafka Streams and its clients
   * @throws IllegalArgumentException if a value is out of range; the message names the key
   */
  public ServiceConfig(
      InferenceConfig inference,
      Topics topics,
      OnBadImage onBadImage,
      int maxRecordBytes,
      boolean pinned,
      Properties kafka) {
    this(
        inference,
        topics,
        EventFormats.DEFAULT,
        NO_FETCHES,
        onBadImage,
        maxRecordBytes,
        pinned,
        Map.of(),
        kafka);
  }

  /**
   * {@return settings with Kafka's default record size; bad images become dead letters, and the
   * service follows promotions}
   *
   * @param inference the model, and the settings with which the model runs
   * @param topics the topics that the service reads and writes
   * @param kafka keys of Kafka Streams and its clients
   */
  public static ServiceConfig of(InferenceConfig inference, Topics topics, Properties kafka) {
    return new ServiceConfig(
        inference, topics, OnBadImage.DEAD_LETTER, DEFAULT_MAX_RECORD_BYTES, false, kafka);
  }

  /**
   * Returns the largest record batch that the dead-letter topic has to accept, in bytes, if the
   * input topics accept record batches of {@code maxRecordBytes} bytes.
   */
  static int maxDeadLetterBytes(int maxRecordBytes) {
    return maxRecordBytes + DEAD_LETTER_HEADERS;
  }

  /** {@return the consumer group's name, which is Kafka Streams' application id} */
  public String group() {
    return new StreamsConfig(streams()).getString(StreamsConfig.APPLICATION_ID_CONFIG);
  }

  /**
   * {@return the value of {@code auto.offset.reset}, which says where the group starts in a
   * partition without a committed offset}
   */
  public String offsetReset() {
    Object reset =
        new StreamsConfig(streams())
            .getMainConsumerConfigs(group(), "start", 0)
            .get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
    return reset.toString();
  }

  /**
   * {@return the longest time until the service finds a new partition, or a new topic that matches
   * the input pattern}
   */
  public Duration newTopicsAfter() {
    Object age =
        new StreamsConfig(streams())
            .getMainConsumerConfigs(group(), "start", 0)
            .get(CommonClientConfigs.METADATA_MAX_AGE_CONFIG);
    return Duration.ofMillis(Long.parseLong(age.toString().strip()));
  }

  /** Returns the topics that the service writes to. */
  Set<String> outputs() {
    return onBadImage == OnBadImage.FAIL
        ? Set.of(topics.output())
        : Set.of(topics.output(), topics.deadLetters());
  }

  /** Returns the number of stream threads. */
  int threads() {
    return new StreamsConfig(streams()).getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG);
  }

  /** Returns the configuration for Kafka Streams. */
  Properties streams() {
    Properties all = new Properties();
    all.putAll(defaults());
    all.putAll(kafka);
    return all;
  }

  /**
   * Returns the configuration for Kafka Streams, with batches that the brokers accept. This method
   * lowers the producer's default batch size and {@code producer.batch.size} if they exceed {@code
   * largestBatch}. Otherwise, a producer would split each batch that is too large for its topic.
   * The producer could then retry for ever (KAFKA-8350), and would report a flush as done too early
   * (KAFKA-19479).
   *
   * @param largestBatch largest batch that all output topics of the service accept, in bytes
   */
  Properties streams(long largestBatch) {
    Properties all = streams();
    Object configured =
        new StreamsConfig(all).getProducerConfigs("batches").get(ProducerConfig.BATCH_SIZE_CONFIG);
    long batch = Long.parseLong(configured.toString().strip());
    if (batch > largestBatch) {
      all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), (int) largestBatch);
    }
    return all;
  }

  /** {@return the settings, without the values of Kafka's keys, which may be secrets} */
  @Override
  public String toString() {
    return "ServiceConfig[inference="
        + inference
        + ", topics="
        + topics
        + ", formats="
        + formats
        + ", fetch="
        + fetch.allowed()
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

  /** Returns whether the group uses the streams rebalance protocol (KIP-1071). */
  boolean isStreamsProtocol() {
    return isStreamsProtocol(kafka);
  }

  private static boolean isStreamsProtocol(Properties kafka) {
    return GroupProtocol.STREAMS.name.equalsIgnoreCase(
        kafka.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG));
  }

  private static boolean isExactlyOnce(Properties kafka) {
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
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        UnreadRecords.class.getName());
    defaults.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, ReadingTime.class.getName());
    if (onBadImage == OnBadImage.DEAD_LETTER) {
      defaults.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics.deadLetters());
    }
    // The producer's limit is high, because the service compares each record with the topic's limit
    // before it sends the record.
    defaults.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxDeadLetterBytes(MAX_RECORD_BYTES));
    defaults.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        Math.max(DEFAULT_BUFFER_MEMORY, 4L * maxDeadLetterBytes(maxRecordBytes)));
    // Avoids a warning about global tables, which the topology does not have. The assignor of Kafka
    // Streams sees only the consumer's configuration, and would repeat the warning for each thread.
    defaults.put(GLOBAL_HANDLER, true);
    defaults.put(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), true);
    // After a crash, the images since the last commit are processed again, which favours a short
    // commit interval. But each commit waits for the images in flight, which favours a long
    // interval. Under exactly-once, the interval is shorter, because readers see a prediction only
    // after the commit.
    defaults.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, isExactlyOnce(kafka) ? 500 : 1_000);
    boolean prompt = !isStreamsProtocol(kafka);
    if (prompt) {
      defaults.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION_TIMEOUT.toMillis());
      defaults.put(
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) HEARTBEAT_INTERVAL.toMillis());
    }
    if (!prompt) {
      // Under the streams protocol, Kafka Streams creates its own consumer, and a finished
      // prediction cannot interrupt the consumer's poll. Polls are short, because predictions wait
      // until the poll returns.
      defaults.put(StreamsConfig.POLL_MS_CONFIG, 5);
    }
    // A stream thread takes part in a rebalance only when it polls. It polls again only when it has
    // processed the records of the last poll. With Kafka Streams' default of 1,000 records and a
    // model that classifies 40 images per second, a new instance would wait for a minute.
    defaults.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    if (!skipped.isEmpty()) {
      // A poll must not return the record to skip together with the records before it.
      defaults.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1);
    }
    // The images of a task's input topics do not depend on each other, so no topic has to wait for
    // records of another one (KIP-695). With Kafka Streams' default, a task also formats a text for
    // the log whenever it has no record to process, which took a tenth of a stream thread's time.
    defaults.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    // Images are large. Kafka Streams' default of 1,000 records per partition could take gigabytes.
    defaults.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2 * inference.maxInFlight());
    // With Kafka Streams' default, every prediction would wait 100 ms. Under load, predictions are
    // sent in bursts (see PromptClients). One millisecond is enough to send a burst in one request.
    defaults.put(ProducerConfig.LINGER_MS_CONFIG, prompt ? 1 : 5);
    // One prediction with 1,000 classes fills Kafka's default batch size of 16 KiB.
    defaults.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
    // With Kafka's default, images in a new partition, or in a new topic that matches the input
    // pattern, would wait up to 5 minutes.
    defaults.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, (int) NEW_TOPICS_AFTER.toMillis());
    return defaults;
  }
}
