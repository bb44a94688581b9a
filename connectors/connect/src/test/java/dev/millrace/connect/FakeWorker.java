package dev.millrace.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/**
 * A worker without Kafka. Like a real worker, it stores offsets as JSON texts, by the JSON text of
 * their source partition.
 */
final class FakeWorker implements SourceTaskContext, OffsetStorageReader, PluginMetrics {

  final Map<String, String> offsets = new HashMap<>();
  final Map<String, MetricValueProvider<?>> metrics = new HashMap<>();
  private final JsonConverter json = new JsonConverter();
  private final Map<String, String> configs;

  FakeWorker(Map<String, String> configs) {
    this.configs = configs;
    json.configure(Map.of("schemas.enable", false), false);
  }

  /** Starts a task. */
  ImageFolderSourceTask start(int task, int tasks) {
    return start(task, tasks, Clock.systemUTC());
  }

  /** Starts the only task of the connector. The task reads the time from the given clock. */
  ImageFolderSourceTask start(Clock clock) {
    return start(0, 1, clock);
  }

  private ImageFolderSourceTask start(int task, int tasks, Clock clock) {
    Map<String, String> properties = new HashMap<>(configs);
    properties.put(ImageFolderSource.TASK, Integer.toString(task));
    properties.put(ImageFolderSource.TASKS, Integer.toString(tasks));
    ImageFolderSourceTask started = new ImageFolderSourceTask(clock);
    started.initialize(this);
    started.start(properties);
    return started;
  }

  ImageFolderSourceTask start() {
    return start(0, 1);
  }

  /** Polls a number of times, sends all records and stores all offsets. Returns the records. */
  List<SourceRecord> run(ImageFolderSourceTask task, int polls) throws InterruptedException {
    List<SourceRecord> sent = new ArrayList<>();
    for (int i = 0; i < polls; i++) {
      List<SourceRecord> records = task.poll();
      if (records != null) {
        send(task, records, record -> true);
        sent.addAll(records);
      }
    }
    return sent;
  }

  /** Sends the records that match the predicate, as if a transform dropped all other records. */
  void send(
      ImageFolderSourceTask task, List<SourceRecord> records, Predicate<SourceRecord> passes) {
    for (SourceRecord record : records) {
      boolean sent = passes.test(record);
      if (sent) {
        offsets.put(text(record.sourcePartition()), text(record.sourceOffset()));
      }
      task.commitRecord(record, sent ? metadata(record) : null);
    }
  }

  private static RecordMetadata metadata(SourceRecord record) {
    return new RecordMetadata(new TopicPartition(record.topic(), 0), 0, 0, 0, 0, 0);
  }

  private String text(Map<String, ?> map) {
    return new String(json.fromConnectData("offsets", null, map), UTF_8);
  }

  @Override
  public Map<String, String> configs() {
    return configs;
  }

  @Override
  public OffsetStorageReader offsetStorageReader() {
    return this;
  }

  @Override
  public PluginMetrics pluginMetrics() {
    return this;
  }

  @Override
  public <T> Map<String, Object> offset(Map<String, T> partition) {
    return offsets(List.of(partition)).get(partition);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> Map<Map<String, T>, Map<String, Object>> offsets(
      Collection<Map<String, T>> partitions) {
    Map<Map<String, T>, Map<String, Object>> found = new HashMap<>();
    for (Map<String, T> partition : partitions) {
      String offset = offsets.get(text(partition));
      if (offset != null) {
        found.put(
            partition,
            (Map<String, Object>) json.toConnectData("offsets", offset.getBytes(UTF_8)).value());
      }
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  long metric(String name) {
    return ((Gauge<Long>) metrics.get(name)).value(null, 0);
  }

  @Override
  @SuppressWarnings("NonApiType") // Kafka's interface has this type
  public MetricName metricName(
      String name, String description, LinkedHashMap<String, String> tags) {
    return new MetricName(name, "plugins", description, tags);
  }

  @Override
  public void addMetric(MetricName name, MetricValueProvider<?> provider) {
    metrics.put(name.name(), provider);
  }

  @Override
  public void removeMetric(MetricName name) {
    metrics.remove(name.name());
  }

  @Override
  public Sensor addSensor(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeSensor(String name) {
    throw new UnsupportedOperationException();
  }
}
