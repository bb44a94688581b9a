package dev.millrace.connect;

import dev.millrace.connect.folder.SentFiles;
import dev.millrace.connect.folder.SourcePartitions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;

/**
 * A source connector that sends the image files of a folder. Each file becomes one record. Its key
 * is the file's path below the folder, and its value is the file's content. A file that is written
 * again is sent again.
 *
 * <p>The offsets list all sent files that still exist, so a restart loses no file. With
 * exactly-once support (KIP-618), no file is sent twice. See {@code
 * connectors/connect/REFERENCE.md} for the configuration.
 */
public final class ImageFolderSource extends SourceConnector {

  static final String TASK = "millrace.task";
  static final String TASKS = "millrace.tasks";

  private Map<String, String> properties = Map.of();

  /** Creates the connector. Kafka Connect calls this constructor. */
  public ImageFolderSource() {}

  @Override
  public String version() {
    return PluginVersion.get();
  }

  @Override
  public ConfigDef config() {
    return ImageFolderKeys.DEFINITION;
  }

  /**
   * Validates the configuration. Also checks that the folder exists on this worker, and that images
   * and labels go to different topics.
   */
  @Override
  public Config validate(Map<String, String> properties) {
    Config config = super.validate(properties);
    Map<String, ConfigValue> values = new HashMap<>();
    config.configValues().forEach(value -> values.put(value.name(), value));
    ConfigValue folder = values.get(ImageFolderKeys.FOLDER);
    if (folder.errorMessages().isEmpty() && !isReadable(Path.of((String) folder.value()))) {
      folder.addErrorMessage(missing((String) folder.value()));
    }
    ConfigValue labels = values.get(ImageFolderKeys.LABELS_TOPIC);
    Object topic = values.get(ImageFolderKeys.TOPIC).value();
    if (labels.value() != null && labels.value().equals(topic)) {
      labels.addErrorMessage(
          "Invalid value "
              + topic
              + " for configuration labels.topic: must differ from the key topic, because labels"
              + " are not images");
    }
    return config;
  }

  @Override
  public void start(Map<String, String> properties) {
    ImageFolderConfig config = ImageFolderConfig.of(properties);
    if (!isReadable(config.folder())) {
      throw new ConnectException(missing(config.folderName()));
    }
    this.properties = Map.copyOf(properties);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return ImageFolderSourceTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    int tasks = Math.min(maxTasks, SourcePartitions.COUNT);
    return IntStream.range(0, tasks)
        .mapToObj(
            task -> {
              Map<String, String> config = new HashMap<>(properties);
              config.put(TASK, Integer.toString(task));
              config.put(TASKS, Integer.toString(tasks));
              return config;
            })
        .toList();
  }

  @Override
  public void stop() {}

  @Override
  public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> properties) {
    return ExactlyOnceSupport.SUPPORTED;
  }

  /** Lets an administrator reset the offsets of source partitions, or restore saved offsets. */
  @Override
  public boolean alterOffsets(
      Map<String, String> properties, Map<Map<String, ?>, Map<String, ?>> offsets) {
    String folder = ImageFolderConfig.folderName(properties.get(ImageFolderKeys.FOLDER));
    offsets.forEach(
        (partition, offset) -> {
          if (offset != null && !SourcePartitions.isName(folder, partition)) {
            throw new ConnectException(
                partition
                    + " is not a source partition of this connector; expected for example "
                    + SourcePartitions.name(folder, 0));
          }
          try {
            SentFiles.restore(offset, 0);
          } catch (IllegalArgumentException e) {
            throw new ConnectException(
                "the offset of " + partition + " is invalid: " + e.getMessage(), e);
          }
        });
    return true;
  }

  private static boolean isReadable(Path folder) {
    return Files.isDirectory(folder) && Files.isReadable(folder);
  }

  private static String missing(String folder) {
    return "Invalid value "
        + folder
        + " for configuration folder: there is no such folder on this worker, or the worker may"
        + " not read it; create or mount it under this path on every worker";
  }
}
