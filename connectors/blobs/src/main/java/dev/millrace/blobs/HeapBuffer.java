package dev.millrace.blobs;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * Keeps the data of one fetch in memory. If the store announces the length of the data, the buffer
 * allocates this length at once, so that a fetch needs the heap of its data only once. Otherwise,
 * the buffer grows with the data, and needs up to three times the heap of the data for a moment.
 *
 * <p>Not thread-safe.
 */
public final class HeapBuffer extends OutputStream {

  private static final int FIRST = 16 * 1024;

  /** The largest array that every JVM can allocate. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private byte[] bytes = {};
  private int length;

  /** Creates an empty buffer. */
  public HeapBuffer() {}

  /**
   * Allocates memory for data of a known length.
   *
   * @param announced the length that the store announces, or -1 if it announces none
   */
  void expect(long announced) {
    if (announced > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(announced, LARGEST));
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, source.length);
    long needed = (long) length + count;
    if (needed > bytes.length) {
      if (needed > LARGEST) {
        throw new OutOfMemoryError("the data has more than " + LARGEST + " bytes");
      }
      long grown = Math.max(Math.max(needed, FIRST), 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(grown, LARGEST));
    }
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  /**
   * Returns the data. Does not copy the data if it has the announced length. Do not write to the
   * buffer afterwards.
   *
   * @return the data
   */
  public byte[] toByteArray() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }
}
