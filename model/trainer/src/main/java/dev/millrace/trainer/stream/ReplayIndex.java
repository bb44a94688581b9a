package dev.millrace.trainer.stream;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The saved content of a replay, without the images' files, and the offsets up to which the topics
 * were read. All of it is written as one file.
 *
 * @param offsets the next offset of each partition, by topic
 * @param labelled names of classes by the keys of images; the most recently labelled image is at
 *     the end
 * @param waitingImages keys of images without a label; the newest image is at the end
 * @param waitingLabels names of classes by the keys of images that have not arrived; the newest
 *     label is at the end
 * @param gone keys of evicted images; the most recently evicted image is at the end
 * @param counts number of records by outcome, since the replay was created
 * @param newLabels number of times that an image got a new label since the last training
 * @param trainedAt time at which the last training ended, or at which the replay was created, in ms
 *     since the start of 1970 (UTC)
 */
record ReplayIndex(
    Map<String, Map<Integer, Long>> offsets,
    Map<String, String> labelled,
    List<String> waitingImages,
    Map<String, String> waitingLabels,
    List<String> gone,
    Map<RecordOutcome, Long> counts,
    long newLabels,
    long trainedAt) {

  /** {@return the index of a new replay} */
  static ReplayIndex empty(Instant now) {
    return new ReplayIndex(
        Map.of(), Map.of(), List.of(), Map.of(), List.of(), Map.of(), 0, now.toEpochMilli());
  }
}
