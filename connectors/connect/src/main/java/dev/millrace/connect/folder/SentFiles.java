package dev.millrace.connect.folder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sent files of one source partition, by their fingerprints. Files that no scan has seen for
 * some time are forgotten, so that the offset does not grow for ever. Not thread-safe.
 */
public final class SentFiles {

  /**
   * Largest number of files. With more files, the offset would exceed Kafka's default limit of
   * 1,048,576 bytes for a record.
   */
  static final int LIMIT = 90_000;

  /** Time of the last scan that saw a file, in ms since 1970, by the file's fingerprint. */
  private final Map<Long, Long> seen = new HashMap<>();

  private SentFiles() {}

  /**
   * Restores the files from a stored offset.
   *
   * @param offset the offset, or null if there is none
   * @param nowMs the time, in ms since 1970
   * @return the files that had been sent
   * @throws IllegalArgumentException if the offset is not an offset of {@link #startPoll}
   */
  public static SentFiles restore(Map<String, ?> offset, long nowMs) {
    SentFiles files = new SentFiles();
    if (offset != null) {
      for (long fingerprint : SentOffset.decode(offset)) {
        files.seen.put(fingerprint, nowMs);
      }
    }
    return files;
  }

  /**
   * Records that a scan has seen a file.
   *
   * @param file the file
   * @param nowMs the time, in ms since 1970
   * @return whether the file has been sent
   */
  public boolean note(FolderFile file, long nowMs) {
    return seen.computeIfPresent(file.fingerprint(), (fingerprint, before) -> nowMs) != null;
  }

  /**
   * Records that all files have been seen, after an incomplete scan. The scan may have missed any
   * of these files.
   *
   * @param nowMs the time, in ms since 1970
   */
  public void noteAll(long nowMs) {
    seen.replaceAll((fingerprint, before) -> nowMs);
  }

  /** {@return the number of remembered files} */
  public int size() {
    return seen.size();
  }

  /**
   * Starts a poll, and forgets the files that no scan has seen since the given time.
   *
   * @param forgetBeforeMs the time, in ms since 1970
   * @return the poll
   */
  public Poll startPoll(long forgetBeforeMs) {
    seen.values().removeIf(time -> time < forgetBeforeMs);
    return new Poll(seen.keySet().stream().mapToLong(Long::longValue).toArray());
  }

  /** Files that one poll sends. The offsets of a poll share their memory. */
  public final class Poll {

    private final long[] before;
    private final List<Long> added = new ArrayList<>();

    private Poll(long[] before) {
      this.before = before;
    }

    /**
     * {@return the offset after the files that were added so far} The offset is encoded only when
     * it is read.
     */
    public Map<String, Object> offset() {
      return new SentOffset(before, added, added.size());
    }

    /**
     * Adds a file.
     *
     * @param file the file
     * @param nowMs the time, in ms since 1970
     * @throws TooManyFilesException if the offset would be too large for Kafka
     */
    public void add(FolderFile file, long nowMs) {
      if (seen.size() >= LIMIT) {
        throw new TooManyFilesException();
      }
      long fingerprint = file.fingerprint();
      seen.put(fingerprint, nowMs);
      added.add(fingerprint);
    }
  }

  /** Thrown if a folder has more files than the offsets can hold. */
  public static final class TooManyFilesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooManyFilesException() {
      super("the folder holds more than about 5.5 million files");
    }
  }
}
