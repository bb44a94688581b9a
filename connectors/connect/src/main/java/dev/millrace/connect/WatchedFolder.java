package dev.millrace.connect;

import dev.millrace.connect.folder.CompleteFiles;
import dev.millrace.connect.folder.FolderFile;
import dev.millrace.connect.folder.FolderScan;
import dev.millrace.connect.folder.PassedOver;
import dev.millrace.connect.folder.SentFiles;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Finds the files that a task has to send next: files of the task's source partitions that have not
 * been sent and are complete. Not thread-safe.
 */
final class WatchedFolder {

  private final FolderScan scan;
  private final ImageFolderConfig config;
  private final Map<Integer, SentFiles> sent;
  private final PassedOver passedOver;
  private final FolderProgress progress;
  private final Clock clock;
  private final CompleteFiles completeFiles = new CompleteFiles();
  private long scannedMs;

  WatchedFolder(
      ImageFolderConfig config,
      Map<Integer, SentFiles> sent,
      PassedOver passedOver,
      FolderProgress progress,
      Clock clock) {
    this.scan =
        new FolderScan(config.folder(), config.subfolders(), config.patterns(), sent::containsKey);
    this.config = config;
    this.sent = sent;
    this.passedOver = passedOver;
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Scans the folder.
   *
   * @param stopped if it returns true, the scan ends early and finds no files
   * @return the files to send, sorted by source partition, so that a batch spans few source
   *     partitions
   * @throws IOException if the folder cannot be read
   */
  List<FolderFile> scan(BooleanSupplier stopped) throws IOException {
    long start = clock.millis();
    scannedMs = start;
    passedOver.startScan();
    FolderScan.Result result = scan.run(passedOver, stopped);
    if (stopped.getAsBoolean()) {
      return List.of();
    }
    if (!result.complete()) {
      sent.values().forEach(files -> files.noteAll(start));
    }
    List<FolderFile> unsent = new ArrayList<>();
    for (FolderFile file : result.files()) {
      if (!sent.get(file.partition()).note(file, start) && isSendable(file)) {
        unsent.add(file);
      }
    }
    unsent.sort(Comparator.comparing(FolderFile::partition).thenComparing(FolderFile::path));
    progress.set(FolderProgress.Measure.FILES_FOUND, result.files().size());
    progress.set(FolderProgress.Measure.FILES_WAITING, unsent.size());
    progress.set(FolderProgress.Measure.FILES_PASSED_OVER, passedOver.count());
    progress.set(FolderProgress.Measure.LAST_SCAN, clock.millis());
    progress.set(FolderProgress.Measure.SCAN_TIME, clock.millis() - start);
    return config.awaitStable() ? completeFiles.of(unsent) : unsent;
  }

  /**
   * {@return the time of the last scan, in ms since 1970} The scan has recorded this time for each
   * sent file that it saw.
   */
  long scannedMs() {
    return scannedMs;
  }

  private boolean isSendable(FolderFile file) {
    if (file.bytes() > config.maxBytes() && !config.claimChecks()) {
      passedOver.add(
          file.file(),
          "it has "
              + file.bytes()
              + " bytes, and max.bytes is "
              + config.maxBytes()
              + "; raise max.bytes, or set oversize=claim-check");
      return false;
    }
    return true;
  }
}
