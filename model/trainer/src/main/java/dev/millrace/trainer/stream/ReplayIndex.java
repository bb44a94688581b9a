package dev.millrace.trainer.stream;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a replay holds, and how far the topics were read to get there: what is written as one.
 *
 * @param offsets the next of each partition, by topic
 * @param labelled names of classes by the keys of images, those labelled last at the end
 * @param waitingImages keys of images without a label, the newest at the end
 * @param waitingLabels names of classes by keys without an image, the newest at the end
 * @param gone keys whose images made way, the last at the end
 * @param counts of all that ever happened
 * @param newLabels since the last training
 * @param trainedAt when that ended, in milliseconds since 1970
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

  /** Of a replay that begins. */
  static ReplayIndex empty(Instant now) {
    return new ReplayIndex(
        Map.of(), Map.of(), List.of(), Map.of(), List.of(), Map.of(), 0, now.toEpochMilli());
  }
}
