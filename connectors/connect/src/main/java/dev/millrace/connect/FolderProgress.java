package dev.millrace.connect;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The progress of one task, as numbers that other threads may read. Thread-safe. */
final class FolderProgress {

  /** A number and its meaning. */
  enum Number {
    FILES_FOUND("files-found", "Files that the last scan found for this task"),
    FILES_WAITING(
        "files-waiting", "Files that the last scan found and that Connect has not got yet"),
    FILES_SENT("files-sent-total", "Files that Kafka has acknowledged since the task's start"),
    BYTES_SENT("bytes-sent-total", "Bytes of these files"),
    FILES_PASSED_OVER(
        "files-passed-over", "Files and folders that the last scan passed over; the log says why"),
    SCAN_TIME("scan-time-ms", "Duration of the last scan, in ms"),
    LAST_SCAN("last-scan-timestamp-ms", "End of the last scan, in ms since 1970");

    private final String key;
    private final String description;

    Number(String key, String description) {
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

  private final List<AtomicLong> values =
      Arrays.stream(Number.values()).map(number -> new AtomicLong()).toList();

  long get(Number number) {
    return values.get(number.ordinal()).get();
  }

  void set(Number number, long value) {
    values.get(number.ordinal()).set(value);
  }

  void add(Number number, long more) {
    values.get(number.ordinal()).addAndGet(more);
  }
}
