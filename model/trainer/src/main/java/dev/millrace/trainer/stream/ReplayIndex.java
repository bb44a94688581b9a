package dev.millrace.trainer.stream;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The content of a replay and the offsets that were read to reach it, written as one file.
 *
 * @param offsets the next offset of each partition, by topic
 * @param labelled names of classes by the keys of images; the image that was labelled last is at
 *     the end
 * @param waitingImages keys of images without a label, the newest at the end
 * @param waitingLabels names of classes by keys without an image, the newest at the end
 * @param gone keys of evicted images; the image that was evicted last is at the end
 * @param counts number of records by outcome, since the replay began
 * @param newLabels number of labels since the last training
 * @param trainedAt end of the last training, in milliseconds since 1970
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
