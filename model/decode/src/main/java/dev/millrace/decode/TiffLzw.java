package dev.millrace.decode;

import java.util.Arrays;

/**
 * TIFF's variant of Lempel-Ziv-Welch (TIFF 6.0, section 13): codes of 9 to 12 bits, most
 * significant bit first. This class only counts the decompressed bytes, and does not store them.
 */
final class TiffLzw {

  private static final int MIN_BITS = 9;
  private static final int MAX_BITS = 12;
  private static final int CLEAR = 256;
  private static final int END = 257;

  private final HeaderReader in;
  private final int[] lengths = new int[1 << MAX_BITS];
  private int pending;
  private int pendingBits;

  private TiffLzw(HeaderReader in) {
    this.in = in;
    Arrays.fill(lengths, 0, CLEAR, 1);
  }

  /**
   * {@return the number of decompressed bytes} The count stops at {@code enough} bytes or at the
   * end code. The method refuses a code that is not in the table, and data that ends before the
   * count stops.
   */
  static long length(HeaderReader in, long enough) {
    return new TiffLzw(in).length(enough);
  }

  private long length(long enough) {
    long length = 0;
    int bits = MIN_BITS;
    int next = END + 1;
    int previous = -1;
    while (length < enough) {
      int code = code(bits);
      if (code == END) {
        return length;
      }
      if (code == CLEAR) {
        bits = MIN_BITS;
        next = END + 1;
        previous = -1;
        continue;
      }
      if (code > next || (previous < 0 && code >= CLEAR)) {
        throw ImageFormat.TIFF.undecodable("is damaged: a strip or tile has an impossible code");
      }
      if (previous >= 0 && next < lengths.length) {
        lengths[next] = lengths[previous] + 1;
        next++;
        // In TIFF, the codes become one bit longer while one code of the current length is still
        // free.
        if (next == (1 << bits) - 1 && bits < MAX_BITS) {
          bits++;
        }
      }
      if (code >= next) {
        throw ImageFormat.TIFF.undecodable("is damaged: a strip or tile has an impossible code");
      }
      length += lengths[code];
      previous = code;
    }
    return length;
  }

  private int code(int bits) {
    while (pendingBits < bits) {
      pending = pending << Byte.SIZE | in.u8();
      pendingBits += Byte.SIZE;
    }
    pendingBits -= bits;
    return pending >>> pendingBits & ((1 << bits) - 1);
  }
}
