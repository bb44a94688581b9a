package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Resizes and crops a picture. The pixels equal those of torchvision's {@code Resize(resize)} and
 * {@code CenterCrop(size)} on a PIL image, to the bit. Both happen in one step: only the pixels
 * inside the crop are computed, and only the source pixels that they depend on are read.
 *
 * <p>As in Pillow, a horizontal pass narrows the source rows, a vertical pass computes weighted
 * sums of the narrowed rows, and each pass rounds its samples to 8 bits. The passes alternate. When
 * an output row needs more source rows, the horizontal pass narrows four source rows at once. The
 * narrowed rows stay in a ring buffer until the last output row that needs them is computed. A
 * picture of any size therefore needs a working memory of only a few rows.
 *
 * <p>An instance keeps its scratch memory, and the weights for the last picture's size. Not
 * thread-safe.
 */
final class CropResizer {

  private ResizedAxis columns = new ResizedAxis(1, 1, 1);
  private ResizedAxis rows = columns;
  private RowNarrower narrower = new RowNarrower(columns);

  /** The ring buffer: groups of four narrowed rows. Each int holds one sample. */
  private int[][][] ring = {};

  private int[] sums = {};
  private byte[] outputRow = {};

  /** Writes {@code preprocessing.bytes()} bytes to {@code pixels}, from index 0. */
  void resize(PixelRows picture, Preprocessing preprocessing, ByteBuffer pixels) {
    prepare(picture.width(), picture.height(), preprocessing);
    int narrowed = 0;
    for (int y = 0; y < rows.size(); y++) {
      int from = rows.first(y) - rows.first(0);
      while (narrowed < from + rows.taps()) {
        int count = Math.min(RowNarrower.ROWS, rows.span() - narrowed);
        narrower.narrow(picture, rows.first(0) + narrowed, count, group(narrowed));
        narrowed += RowNarrower.ROWS;
      }
      Arrays.fill(sums, FixedPoint.HALF);
      for (int tap = 0; tap < rows.taps(); tap++) {
        int[] row = group(from + tap)[(from + tap) % RowNarrower.ROWS];
        add(row, rows.weight(y, tap), sums);
      }
      FixedPoint.round(sums);
      toBytes(sums, outputRow);
      pixels.put(y * outputRow.length, outputRow);
    }
  }

  private void prepare(int width, int height, Preprocessing preprocessing) {
    int shorter = Math.min(width, height);
    long resizedWidth = resized(width, shorter, preprocessing.resize());
    long resizedHeight = resized(height, shorter, preprocessing.resize());
    if (!columns.is(width, resizedWidth, preprocessing.width())) {
      columns = new ResizedAxis(width, resizedWidth, preprocessing.width());
      narrower = new RowNarrower(columns);
    }
    if (!rows.is(height, resizedHeight, preprocessing.height())) {
      rows = new ResizedAxis(height, resizedHeight, preprocessing.height());
    }
    int samples = Preprocessing.CHANNELS * preprocessing.width();
    // The largest number of groups that one output row's source rows can belong to.
    int groups = (rows.taps() + 2 * (RowNarrower.ROWS - 1)) / RowNarrower.ROWS;
    if (sums.length != samples || ring.length < groups) {
      ring = new int[groups][RowNarrower.ROWS][samples];
      sums = new int[samples];
      outputRow = new byte[samples];
    }
  }

  /**
   * {@return the length of a side after the resize} Rounds down, as torchvision does for the longer
   * side.
   */
  private static long resized(int side, int shorter, int resize) {
    return (long) ((double) ((long) resize * side) / shorter);
  }

  /**
   * {@return the group that holds a narrowed row} The {@code row} counts from the first source row
   * in use.
   */
  private int[][] group(int row) {
    return ring[row / RowNarrower.ROWS % ring.length];
  }

  private static void add(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += row[i] * weight;
    }
  }

  private static void toBytes(int[] samples, byte[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) samples[i];
    }
  }
}
