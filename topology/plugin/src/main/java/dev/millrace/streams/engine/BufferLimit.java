package dev.millrace.streams.engine;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;

/**
 * Limits batches to the size of a Java buffer, which is below 2 GiB. The check happens while a
 * version is loaded. Otherwise, a version whose batches are too large would fail only at its first
 * image.
 */
final class BufferLimit {

  private BufferLimit() {}

  /**
   * Requires that the pixels of a batch fit in a buffer.
   *
   * @throws ModelException if they do not fit; the message names {@code max-batch-size} and the
   *     largest size that fits
   */
  static void requirePixels(ModelVersion version, int maxBatchSize) {
    require(
        version,
        maxBatchSize,
        version.manifest().preprocessing().bytes(),
        "images of " + version.manifest().preprocessing().size() + " pixels");
  }

  /**
   * Requires that the probabilities of a batch fit in a buffer.
   *
   * @throws ModelException as {@link #requirePixels} does
   */
  static void requireProbabilities(ModelVersion version, int maxBatchSize, int classes) {
    require(
        version, maxBatchSize, (long) classes * Float.BYTES, "answers of " + classes + " classes");
  }

  private static void require(ModelVersion version, int maxBatchSize, long bytesEach, String of) {
    long bytes = maxBatchSize * bytesEach;
    if (bytes > Integer.MAX_VALUE) {
      throw new ModelException(
          "max-batch-size: "
              + maxBatchSize
              + " "
              + of
              + " take "
              + bytes
              + " bytes, and a buffer holds at most "
              + Integer.MAX_VALUE
              + "; give at most "
              + Integer.MAX_VALUE / bytesEach
              + " for "
              + version);
    }
  }
}
