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
 * What a contender is told, the same for all of them; written on a command line as {@code
 * KEY=VALUE}.
 *
 * @param bootstrapServers the broker
 * @param input topic of encoded images, read from its beginning
 * @param output topic of predictions, with as many partitions
 * @param group consumer group, application or transactional id
 * @param exactlyOnce whether to give that guarantee, where the contender can
 * @param repository folder of the model repository
 * @param model the model in it, whose newest version serves
 * @param backend what runs it
 * @param devices what Millrace runs it on; the others know the CPU alone
 * @param maxBatchSize images a batch at most
 * @param linger how long Millrace has an image wait for company, or null for its default
 * @param threads what the machine has cores for
 * @param kafka more of Kafka's own keys
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

  /** Reads what {@link #arguments} wrote. */
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

  /** Reads what {@link #text} wrote. */
  public static List<Device> devices(String text) {
    return Stream.of(text.split(",")).map(Device::parse).toList();
  }

  /** As {@code cuda:0,cuda:1}. */
  public static String text(List<Device> devices) {
    return devices.stream().map(Device::toString).collect(Collectors.joining(","));
  }

  /** For Kafka Streams, with a stream thread a core; all else is Kafka's own default. */
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

  /** For a consumer of the group whose owner commits. */
  Map<String, Object> consumerKeys() {
    Map<String, Object> keys = producerKeys();
    keys.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    return keys;
  }

  /** For a producer with Kafka's own defaults. */
  Map<String, Object> producerKeys() {
    Map<String, Object> keys = new HashMap<>(kafka);
    keys.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return keys;
  }

  /**
   * The same for a group of its own, to grow warm by: with a model that takes no time, so that as
   * many images pass in seconds as else in minutes.
   */
  Settings practice(int number) {
    Backend quick = backend == Backend.CONSTANT ? backend : Backend.DECODING;
    return new Settings(
        bootstrapServers,
        input,
        output,
        group + "-" + number,
        exactlyOnce,
        repository,
        model,
        quick,
        devices,
        maxBatchSize,
        linger,
        threads,
        kafka);
  }

  /** The same where Millrace has an image wait so long for company. */
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

  /** For the command line of a contender's process. */
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
