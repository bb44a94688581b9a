package dev.millrace.connect;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The progress of one task, as numbers that other threads may read. Thread-safe, because the map
 * has a fixed set of keys and its values are atomic.
 */
final class FolderProgress {

  /** A number and its meaning. */
  enum Measure {
    FILES_FOUND("files-found", "Files that the last scan found for this task"),
    FILES_WAITING("files-waiting", "Files from the last scan that are not yet passed to Connect"),
    FILES_SENT("files-sent-total", "Files that Kafka has acknowledged since the task's start"),
    BYTES_SENT("bytes-sent-total", "Bytes that Kafka has acknowledged since the task's start"),
    FILES_PASSED_OVER(
        "files-passed-over", "Files and folders that the last scan passed over (see the log)"),
    SCAN_TIME("scan-time-ms", "Duration of the last scan, in ms"),
    LAST_SCAN("last-scan-timestamp-ms", "End of the last scan, in ms since 1970");

    private final String key;
    private final String description;

    Measure(String key, String description) {
      this.key = key;
      this.description = description;
    }

    String key() {
      return key;
    }

    String description() {
      return description;
    }
  }

  private final Map<Measure, AtomicLong> values = new EnumMap<>(Measure.class);

  FolderProgress() {
    for (Measure measure : Measure.values()) {
      values.put(measure, new AtomicLong());
    }
  }

  long get(Measure measure) {
    return values.get(measure).get();
  }

  void set(Measure measure, long value) {
    values.get(measure).set(value);
  }

  void add(Measure measure, long more) {
    values.get(measure).addAndGet(more);
  }
}
