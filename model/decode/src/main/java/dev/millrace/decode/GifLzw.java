package dev.millrace.decode;

/**
 * GIF's variant of Lempel-Ziv-Welch: codes of 3 to 12 bits, least significant bit first, in blocks
 * of at most 255 bytes (GIF89a specification, appendix F). The time is proportional to the number
 * of bytes read plus the number of pixels written, even for malicious codes. An instance decodes
 * one frame.
 */
final class GifLzw {

  private static final int MAX_BITS = 12;
  private static final int TABLE = 1 << MAX_BITS;

  private final HeaderReader in;

  // Each code stands for a string of pixels. For each code, the arrays hold the code of the string
  // without its last pixel, the last pixel, the first pixel, and the length.
  private final short[] prefix = new short[TABLE];
  private final byte[] last = new byte[TABLE];
  private final byte[] first = new byte[TABLE];
  private final short[] length = new short[TABLE];

  private int pending;
  private int pendingBits;
  private int block;

  GifLzw(HeaderReader in) {
    this.in = in;
  }

  /** Fills {@code indices} with palette indices. Refuses a file that holds fewer indices. */
  void decode(byte[] indices) {
    int minBits = in.u8();
    if (minBits < 1 || minBits > 8) {
      throw ImageFormat.GIF.undecodable("has pixels of " + minBits + " bits");
    }
    int clear = 1 << minBits;
    for (int code = 0; code < clear; code++) {
      first[code] = last[code] = (byte) code;
      length[code] = 1;
    }
    int filled = 0;
    int bits = minBits + 1;
    int next = clear + 2;
    int previous = -1;
    while (filled < indices.length) {
      int code = code(bits);
      if (code == clear) {
        bits = minBits + 1;
        next = clear + 2;
        previous = -1;
        continue;
      }
      if (code == clear + 1) {
        throw ImageFormat.GIF.undecodable("ends after " + filled + " pixels");
      }
      if (code > next || (previous < 0 && code >= clear)) {
        throw ImageFormat.GIF.undecodable("is damaged after " + filled + " pixels");
      }
      if (previous >= 0 && next < TABLE) {
        add(next, previous, code);
        next++;
        if (next == (1 << bits) && bits < MAX_BITS) {
          bits++;
        }
      }
      if (code >= next) {
        throw ImageFormat.GIF.undecodable("is damaged after " + filled + " pixels");
      }
      filled = write(code, indices, filled);
      previous = code;
    }
  }

  /**
   * Adds an entry to the table. Its string is the string of {@code previous}, followed by the first
   * pixel of {@code code}'s string.
   */
  private void add(int entry, int previous, int code) {
    prefix[entry] = (short) previous;
    first[entry] = first[previous];
    last[entry] = code == entry ? first[previous] : first[code];
    length[entry] = (short) (length[previous] + 1);
  }

  /**
   * Writes the string of {@code code}, last pixel first, and drops pixels beyond the array's end.
   */
  private int write(int code, byte[] indices, int start) {
    int end = start + length[code];
    int entry = code;
    for (int i = end - 1; i >= start; i--) {
      if (i < indices.length) {
        indices[i] = last[entry];
      }
      entry = prefix[entry];
    }
    return end;
  }

  private int code(int bits) {
    while (pendingBits < bits) {
      if (block == 0) {
        block = in.u8();
        if (block == 0) {
          throw ImageFormat.GIF.undecodable("ends in the middle of its first frame");
        }
      }
      pending |= in.u8() << pendingBits;
      pendingBits += 8;
      block--;
    }
    int code = pending & ((1 << bits) - 1);
    pending >>>= bits;
    pendingBits -= bits;
    return code;
  }
}
