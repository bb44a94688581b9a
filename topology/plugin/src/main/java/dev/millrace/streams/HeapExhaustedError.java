package dev.millrace.streams;

import org.apache.kafka.common.TopicPartition;

/**
 * A record does not fit in the heap. The message names the record and says how to raise the heap or
 * skip the record.
 */
public final class HeapExhaustedError extends OutOfMemoryError {

  private static final long serialVersionUID = 1;

  /**
   * @param partition the record's partition
   * @param offset the record's offset
   * @param heap the JVM's maximum heap, in bytes
   */
  HeapExhaustedError(TopicPartition partition, long offset, long heap) {
    super(
        ("the record %s@%d does not fit in the heap of %d MiB; raise it with -Xmx, or skip the"
                + " record with --skip %s@%d")
            .formatted(partition, offset, heap >> 20, partition, offset));
  }
}
