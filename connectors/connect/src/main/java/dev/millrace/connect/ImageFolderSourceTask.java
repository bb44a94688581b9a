package dev.millrace.connect;

import dev.millrace.connect.folder.FolderFile;
import dev.millrace.connect.folder.PassedOver;
import dev.millrace.connect.folder.SentFiles;
import dev.millrace.connect.folder.SourcePartitions;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task of {@link ImageFolderSource}. The task scans the whole folder, and sends the files of its
 * own source partitions. Connect calls all methods except {@link #stop} on one thread.
 */
public final class ImageFolderSourceTask extends SourceTask {

  private static final Logger LOG = LoggerFactory.getLogger(ImageFolderSourceTask.class);

  /**
   * Longest time that a poll waits, in ms. The time is short because Connect stops a task only
   * between two polls.
   */
  private static final long LONGEST_WAIT_MS = 200;

  private final Clock clock;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final FolderProgress progress = new FolderProgress();
  private final ArrayDeque<FolderFile> waiting = new ArrayDeque<>();
  private final PassedOver passedOver = new PassedOver(LOG::warn);
  private ImageFolderConfig config;
  private Map<Integer, SentFiles> sent = Map.of();
  private WatchedFolder folder;
  private ProgressMetrics metrics;
  private long nextScanMs;
  private boolean unreadable;

  /** Creates the task. Kafka Connect calls this constructor. */
  public ImageFolderSourceTask() {
    this(Clock.systemUTC());
  }

  ImageFolderSourceTask(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String version() {
    return PluginVersion.get();
  }

  @Override
  public void start(Map<String, String> properties) {
    config = ImageFolderConfig.of(properties);
    String task = properties.getOrDefault(ImageFolderSource.TASK, "0");
    String tasks = properties.getOrDefault(ImageFolderSource.TASKS, "1");
    sent = restore(SourcePartitions.of(Integer.parseInt(task), Integer.parseInt(tasks)));
    folder = new WatchedFolder(config, sent, passedOver, progress, clock);
    Map<String, String> tags = new TreeMap<>();
    tags.put("connector", properties.getOrDefault("name", config.folderName()));
    tags.put("task", task);
    metrics = ProgressMetrics.publish(progress, context, tags);
    LOG.info(
        "Task {} of {} watches {}; {} of its files have been sent before",
        task,
        tasks,
        config.folderName(),
        sent.values().stream().mapToInt(SentFiles::size).sum());
  }

  private Map<Integer, SentFiles> restore(List<Integer> partitions) {
    Map<Integer, Map<String, String>> names =
        partitions.stream()
            .collect(
                Collectors.toMap(
                    Function.identity(), p -> SourcePartitions.name(config.folderName(), p)));
    Map<Map<String, String>, Map<String, Object>> offsets =
        context.offsetStorageReader().offsets(names.values());
    Map<Integer, SentFiles> restored = new HashMap<>();
    names.forEach(
        (partition, name) -> {
          try {
            restored.put(partition, SentFiles.restore(offsets.get(name), clock.millis()));
          } catch (IllegalArgumentException e) {
            throw new ConnectException(
                "the stored offset of "
                    + name
                    + " is invalid: "
                    + e.getMessage()
                    + "; reset the connector's offsets, which sends all files again",
                e);
          }
        });
    return restored;
  }

  /**
   * Returns the records of the next files. Waits at most 200 ms for the next scan.
   *
   * @return the records, or null if there is nothing to send at the moment
   */
  @Override
  public List<SourceRecord> poll() throws InterruptedException {
    if (waiting.isEmpty() && !scan()) {
      return null;
    }
    FileBatch batch = new FileBatch(config, sent, passedOver, folder.scannedMs());
    try {
      while (!waiting.isEmpty() && !batch.isFull()) {
        batch.add(waiting.remove());
        progress.add(FolderProgress.Measure.FILES_WAITING, -1);
      }
    } catch (SentFiles.TooManyFilesException e) {
      throw new ConnectException(
          config.folderName()
              + " cannot be watched: "
              + e.getMessage()
              + "; delete files that have been sent, or use a connector for each subfolder",
          e);
    }
    progress.set(FolderProgress.Measure.FILES_PASSED_OVER, passedOver.count());
    return batch.records().isEmpty() ? null : batch.records();
  }

  /**
   * Scans the folder if the next scan is due. Otherwise waits for a moment, and returns false if
   * the scan is still not due.
   */
  private boolean scan() throws InterruptedException {
    long now = clock.millis();
    nextScanMs = Math.min(nextScanMs, now + config.scanInterval().toMillis()); // a clock set back
    long wait = nextScanMs - now;
    if (wait > 0 && stopped.await(Math.min(wait, LONGEST_WAIT_MS), TimeUnit.MILLISECONDS)) {
      return false;
    }
    if (wait > LONGEST_WAIT_MS) {
      return false;
    }
    try {
      waiting.addAll(folder.scan(() -> stopped.getCount() == 0));
      unreadable = false;
    } catch (IOException e) {
      if (!unreadable) {
        LOG.error(
            "{} cannot be read; retrying every {} ms: {}",
            config.folderName(),
            config.scanInterval().toMillis(),
            e.toString());
      }
      unreadable = true;
    }
    nextScanMs = clock.millis() + config.scanInterval().toMillis();
    return true;
  }

  /** Counts a file when Kafka has acknowledged its image. */
  @Override
  public void commitRecord(SourceRecord record, RecordMetadata metadata) {
    if (metadata != null && record.topic().equals(config.topic())) {
      progress.add(FolderProgress.Measure.FILES_SENT, 1);
      progress.add(FolderProgress.Measure.BYTES_SENT, ((byte[]) record.value()).length);
    }
  }

  @Override
  public void stop() {
    stopped.countDown();
    if (metrics != null) {
      metrics.close();
      metrics = null;
    }
  }
}
