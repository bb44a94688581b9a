package dev.millrace.connect;

import dev.millrace.connect.folder.ContentType;
import dev.millrace.connect.folder.FileContent;
import dev.millrace.connect.folder.FolderFile;
import dev.millrace.connect.folder.PassedOver;
import dev.millrace.connect.folder.SentFiles;
import dev.millrace.connect.folder.SourcePartitions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.source.SourceRecord;

/** Collects the records of one poll, each with its source offset. Not thread-safe. */
final class FileBatch {

  private final ImageFolderConfig config;
  private final Map<Integer, SentFiles> sent;
  private final PassedOver passedOver;
  private final long scannedMs;
  private final ImageRecords maker;
  private final Map<Integer, SentFiles.Poll> polls = new HashMap<>();
  private final List<SourceRecord> records = new ArrayList<>();
  private int files;
  private long bytes;

  /**
   * @param scannedMs time of the scan that found the files, in ms since 1970. The caller must not
   *     pass the current time. If the clock was set forward after the scan, the batch would then
   *     forget files that the scan has seen
   */
  FileBatch(
      ImageFolderConfig config,
      Map<Integer, SentFiles> sent,
      PassedOver passedOver,
      long scannedMs) {
    this.config = config;
    this.sent = sent;
    this.passedOver = passedOver;
    this.scannedMs = scannedMs;
    this.maker = new ImageRecords(config.topic(), config.labelsTopic());
  }

  /** {@return whether the batch has reached its limit of files or bytes} */
  boolean isFull() {
    return files >= config.batchFiles() || bytes >= config.batchBytes();
  }

  /**
   * Adds a file, unless it cannot be read, has changed since the scan, or is gone. If the file
   * still exists, a later scan finds it again.
   */
  void add(FolderFile file) {
    boolean whole = file.bytes() <= config.maxBytes();
    Optional<byte[]> content;
    try {
      content = FileContent.read(file, whole ? (int) file.bytes() : ContentType.LENGTH);
    } catch (IOException e) {
      passedOver.add(file.file(), "it cannot be read (" + e + ")");
      return;
    }
    content.ifPresent(
        read -> {
          ImageRecords.Place place = place(file);
          records.addAll(whole ? maker.of(file, read, place) : maker.claimCheck(file, read, place));
          files++;
          bytes += read.length;
        });
  }

  private ImageRecords.Place place(FolderFile file) {
    SentFiles.Poll poll =
        polls.computeIfAbsent(
            file.partition(),
            partition ->
                sent.get(partition).startPoll(scannedMs - config.forgetAfter().toMillis()));
    Map<String, Object> before = poll.offset();
    poll.add(file, scannedMs);
    return new ImageRecords.Place(
        SourcePartitions.name(config.folderName(), file.partition()), before, poll.offset());
  }

  /** {@return the records so far} */
  List<SourceRecord> records() {
    return records;
  }
}
