package dev.millrace.streams;

import org.apache.kafka.common.TopicPartition;

/**
 * A record does not fit in the heap. The message names the record and says how to raise the heap or
 * skip the record.
 */
public final class HeapExhaustedError extends OutOfMemoryError {

  private static final long serialVersionUID = 1;

  /**
   * The record itself does not fit in the heap.
   *
   * @param partition the record's partition
   * @param offset the record's offset
   * @param heap the JVM's maximum heap, in bytes
   */
  HeapExhaustedError(TopicPartition partition, long offset, long heap) {
    super(
        ("the record %s@%d does not fit in the heap of %d MiB; raise it with -Xmx, or skip the"
                + " record with --skip %s@%d (in your own topology, with PromptClients)")
            .formatted(partition, offset, heap >> 20, partition, offset));
  }

  /**
   * The image of a record does not fit in the heap, together with the images that are fetched at
   * the same time. The error of the fetch is not the cause but suppressed, because a report may
   * show only the root cause, which has to name the record.
   *
   * @param partition the record's partition
   * @param offset the record's offset
   * @param image the URI of the image, without its query
   * @param heap the JVM's maximum heap, in bytes
   * @param fetch the error of the fetch
   */
  HeapExhaustedError(
      TopicPartition partition, long offset, String image, long heap, OutOfMemoryError fetch) {
    super(
        ("the image of the record %s@%d does not fit in the heap of %d MiB (%s); raise it with"
                + " -Xmx, fetch fewer images at the same time, or skip the record with --skip %s@%d"
                + " (in your own topology, with PromptClients)")
            .formatted(partition, offset, heap >> 20, image, partition, offset));
    addSuppressed(fetch);
  }
}
