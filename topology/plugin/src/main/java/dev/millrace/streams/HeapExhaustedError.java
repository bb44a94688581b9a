package dev.millrace.streams;

import org.apache.kafka.common.TopicPartition;

/** A record does not fit in the heap. The message says which, and how to go on. */
public final class HeapExhaustedError extends OutOfMemoryError {

  private static final long serialVersionUID = 1;

  /**
   * @param offset the record's
   * @param heap the largest heap that the JVM takes, in bytes
   */
  HeapExhaustedError(TopicPartition partition, long offset, long heap) {
    super(
        "the record %s@%d does not fit in the heap of %d MiB; give the JVM more with -Xmx, or pass the record with --skip %s@%d"
            .formatted(partition, offset, heap >> 20, partition, offset));
  }
}
