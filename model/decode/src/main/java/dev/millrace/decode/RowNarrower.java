package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Performs the horizontal pass, which narrows source rows. The narrowed rows have the width after
 * the resize and the crop.
 *
 * <p>The source samples of an output sample are at irregular positions, so they have to be fetched
 * one by one. To fetch the samples of four rows at once, the bytes at the same position in the four
 * rows are packed into one int. All other work consists of simple loops over arrays of ints, which
 * the JIT compiler vectorises.
 *
 * <p>Keeps scratch memory of about eight rows. Not thread-safe.
 */
final class RowNarrower {

  /** Number of rows that are narrowed at once. */
  static final int ROWS = Integer.BYTES;

  private final ResizedAxis axis;
  private final byte[][] bytes = new byte[ROWS][];
  private final IntBuffer[] views = new IntBuffer[ROWS];
  private final int[][] words = new int[ROWS][];

  /**
   * One int holds a sample of each of the four rows. The order is sample 0, 4, 8 and so on, then 1,
   * 5, 9, then 2, 6, 10, then 3, 7, 11.
   */
  private final int[] stacks;

  /**
   * The index in {@link #stacks} of the source sample, for each tap and each output sample. A tap
   * is one of the source pixels that contribute to an output pixel.
   */
  private final int[][] places;

  /** The weight of the source sample, for each tap and each output sample. */
  private final int[][] weights;

  private final int[] fetched;

  RowNarrower(ResizedAxis axis) {
    this.axis = axis;
    int length = (Preprocessing.CHANNELS * axis.span() + Integer.BYTES - 1) / Integer.BYTES;
    for (int n = 0; n < ROWS; n++) {
      bytes[n] = new byte[Integer.BYTES * length];
      views[n] = ByteBuffer.wrap(bytes[n]).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
      words[n] = new int[length];
    }
    stacks = new int[Integer.BYTES * length];
    int samples = Preprocessing.CHANNELS * axis.size();
    places = new int[axis.taps()][samples];
    weights = new int[axis.taps()][samples];
    fetched = new int[samples];
    for (int tap = 0; tap < axis.taps(); tap++) {
      for (int i = 0; i < samples; i++) {
        int pixel = i / Preprocessing.CHANNELS;
        int column = axis.first(pixel) + tap - axis.first(0);
        int at = Preprocessing.CHANNELS * column + i % Preprocessing.CHANNELS;
        places[tap][i] = at % Integer.BYTES * length + at / Integer.BYTES;
        weights[tap][i] = axis.weight(pixel, tap);
      }
    }
  }

  /**
   * Narrows {@code count} rows, starting at row {@code y}.
   *
   * @param narrowed receives {@link #ROWS} rows, one sample per int; the rows beyond {@code count}
   *     are undefined
   */
  void narrow(PixelRows picture, int y, int count, int[][] narrowed) {
    for (int n = 0; n < count; n++) {
      picture.copyRow(y + n, axis.first(0), axis.span(), bytes[n]);
      views[n].get(0, words[n]);
    }
    // Transposes blocks of four by four bytes. The first column of a block becomes its first int,
    // and so on.
    transpose(words[0], words[1], 0x00FF00FF, Byte.SIZE);
    transpose(words[2], words[3], 0x00FF00FF, Byte.SIZE);
    transpose(words[0], words[2], 0x0000FFFF, Short.SIZE);
    transpose(words[1], words[3], 0x0000FFFF, Short.SIZE);
    for (int n = 0; n < Integer.BYTES; n++) {
      System.arraycopy(words[n], 0, stacks, n * words[n].length, words[n].length);
    }
    for (int[] row : narrowed) {
      Arrays.fill(row, FixedPoint.HALF);
    }
    for (int tap = 0; tap < weights.length; tap++) {
      fetch(stacks, places[tap], fetched);
      for (int n = 0; n < ROWS; n++) {
        add(fetched, n * Byte.SIZE, weights[tap], narrowed[n]);
      }
    }
    for (int[] row : narrowed) {
      FixedPoint.round(row);
    }
  }

  /**
   * Swaps the odd parts of the upper row with the even parts of the lower row.
   *
   * @param even mask of the even parts
   * @param bits width of a part, in bits
   */
  private static void transpose(int[] upper, int[] lower, int even, int bits) {
    for (int i = 0; i < upper.length; i++) {
      int above = upper[i];
      int below = lower[i];
      upper[i] = (above & even) | (below & even) << bits;
      lower[i] = (above >>> bits & even) | (below & ~even);
    }
  }

  private static void fetch(int[] stacks, int[] places, int[] fetched) {
    for (int i = 0; i < fetched.length; i++) {
      fetched[i] = stacks[places[i]];
    }
  }

  private static void add(int[] stacks, int shift, int[] weights, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (stacks[i] >>> shift & 0xFF) * weights[i];
    }
  }
}
