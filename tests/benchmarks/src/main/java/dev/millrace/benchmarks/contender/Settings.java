package dev.millrace.benchmarks.contender;

import dev.millrace.core.model.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of a contender. The names of the settings are the same for all contenders. On a
 * command line, each setting is an argument {@code KEY=VALUE}.
 *
 * @param bootstrapServers address of the broker
 * @param input topic of encoded images, read from its beginning
 * @param output topic of predictions, with the same number of partitions as the input
 * @param group name that serves as consumer group, as application id and as transactional id
 * @param exactlyOnce whether the contender guarantees exactly-once processing; always false for
 *     contenders that can only guarantee at-least-once processing
 * @param repository folder of the model repository
 * @param model name of the model; its newest version classifies the images
 * @param backend runtime that runs the model, and decoder of the images
 * @param devices devices on which Millrace runs the model; all other contenders use the CPU only
 * @param maxBatchSize largest number of images in a batch
 * @param linger longest time that an image waits in Millrace for a batch to fill, or null for the
 *     default
 * @param threads number of threads of each kind, such as stream threads; usually the number of
 *     cores
 * @param kafka further configuration keys for the Kafka clients or Kafka Streams, with their values
 */
public record Settings(
    String bootstrapServers,
    String input,
    String output,
    String group,
    boolean exactlyOnce,
    Path repository,
    String model,
    Backend backend,
    List<Device> devices,
    int maxBatchSize,
    Duration linger,
    int threads,
    Map<String, String> kafka) {

  private static final String KAFKA = "kafka.";

  /** Parses arguments that {@link #arguments} returned. */
  static Settings parse(List<String> arguments) {
    Map<String, String> values = new TreeMap<>();
    Map<String, String> kafka = new TreeMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String key = argument.substring(0, equals);
      String value = argument.substring(equals + 1);
      if (key.startsWith(KAFKA)) {
        kafka.put(key.substring(KAFKA.length()), value);
      } else {
        values.put(key, value);
      }
    }
    return new Settings(
        values.get("bootstrapServers"),
        values.get("input"),
        values.get("output"),
        values.get("group"),
        Boolean.parseBoolean(values.get("exactlyOnce")),
        Path.of(values.get("repository")),
        values.get("model"),
        Backend.valueOf(values.get("backend")),
        devices(values.get("devices")),
        Integer.parseInt(values.get("maxBatchSize")),
        values.containsKey("linger") ? Duration.parse(values.get("linger")) : null,
        Integer.parseInt(values.get("threads")),
        kafka);
  }

  /** Parses text that {@link #text} returned. */
  public static List<Device> devices(String text) {
    return Stream.of(text.split(",")).map(Device::parse).toList();
  }

  /** Formats devices, for example {@code cuda:0,cuda:1}. */
  public static String text(List<Device> devices) {
    return devices.stream().map(Device::toString).collect(Collectors.joining(","));
  }

  /**
   * Returns the configuration of Kafka Streams: {@code threads} stream threads, and the keys of
   * {@code kafka}. All other keys have Kafka's defaults.
   */
  Properties streamsKeys() {
    Properties keys = new Properties();
    keys.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    keys.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    keys.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    keys.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    keys.putAll(kafka);
    return keys;
  }

  /**
   * Returns the configuration of a consumer in {@code group}, without automatic commits. The
   * contender commits the offsets itself.
   */
  Map<String, Object> consumerKeys() {
    Map<String, Object> keys = producerKeys();
    keys.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    return keys;
  }

  /**
   * Returns the configuration of a producer: the keys of {@code kafka}. All other keys have Kafka's
   * defaults.
   */
  Map<String, Object> producerKeys() {
    Map<String, Object> keys = new HashMap<>(kafka);
    keys.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return keys;
  }

  /**
   * Returns settings for a round of practice, with a separate group for each round.
   *
   * @param number number of the practice round, which makes the group's name unique
   * @see Backend#practising()
   */
  Settings practice(int number) {
    return new Settings(
        bootstrapServers,
        input,
        output,
        group + "-" + number,
        exactlyOnce,
        repository,
        model,
        backend.practising(),
        devices,
        maxBatchSize,
        linger,
        threads,
        kafka);
  }

  /** Returns these settings with another {@code linger}, which only Millrace uses. */
  public Settings withLinger(Duration other) {
    return new Settings(
        bootstrapServers,
        input,
        output,
        group,
        exactlyOnce,
        repository,
        model,
        backend,
        devices,
        maxBatchSize,
        other,
        threads,
        kafka);
  }

  /** Returns these settings with another number of threads of each kind. */
  public Settings withThreads(int other) {
    return new Settings(
        bootstrapServers,
        input,
        output,
        group,
        exactlyOnce,
        repository,
        model,
        backend,
        devices,
        maxBatchSize,
        linger,
        other,
        kafka);
  }

  /** Returns the file of the model as it was before its preparation; see {@link #original()}. */
  public static Path original(Path repository, String model) {
    return repository.resolveSibling("originals").resolve(model + ".onnx");
  }

  /**
   * Returns the file of the model as it was before its preparation for Millrace. Only models of the
   * benchmark Crayfish have this file.
   */
  Path original() {
    return original(repository, model);
  }

  /** Returns these settings as arguments for a contender's process. */
  public List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "bootstrapServers=" + bootstrapServers,
                "input=" + input,
                "output=" + output,
                "group=" + group,
                "exactlyOnce=" + exactlyOnce,
                "repository=" + repository,
                "model=" + model,
                "backend=" + backend,
                "devices=" + text(devices),
                "maxBatchSize=" + maxBatchSize,
                "threads=" + threads));
    if (linger != null) {
      arguments.add("linger=" + linger);
    }
    kafka.forEach((key, value) -> arguments.add(KAFKA + key + "=" + value));
    return arguments;
  }
}
