package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * torchvision's {@code Resize(resize)} and {@code CenterCrop(size)} of a PIL image, to the bit, in
 * one go: only the pixels inside the crop are computed, from the source pixels they are made of.
 *
 * <p>As in Pillow there is a horizontal pass and a vertical one, each rounded to 8 bits. Here they
 * take turns: source rows are narrowed when the first output row needs them and kept in a ring
 * until the last one has used them. So the working memory is a few rows, whatever the picture's
 * size.
 *
 * <p>Two source rows are narrowed at once, the upper one in the lower halves of {@code long}s and
 * the other in the upper halves: a weighted sum stays below 2^31, so that one multiplication serves
 * both.
 *
 * <p>Keeps its scratch memory and the weights of the last picture's geometry. For one thread.
 */
final class CropResizer {

  private static final int HALF = 1 << (ResizedAxis.PRECISION - 1);
  private static final long HALVES = HALF | (long) HALF << Integer.SIZE;

  private ResizedAxis columns = new ResizedAxis(1, 1, 1);
  private ResizedAxis rows = columns;
  private byte[] upperRow = {};
  private byte[] lowerRow = {};
  private long[] bothRows = {};
  private int[][] ring = {};
  private int[] sums = {};
  private byte[] outputRow = {};

  /** Writes {@code preprocessing.bytes()} bytes to {@code pixels}, from its index 0. */
  void resize(PixelRows picture, Preprocessing preprocessing, ByteBuffer pixels) {
    prepare(picture.width(), picture.height(), preprocessing);
    int done = 0;
    for (int y = 0; y < rows.size(); y++) {
      int end = rows.first(y) + rows.taps(y);
      done = Math.max(done, rows.first(y));
      while (done < end) {
        narrow(picture, done);
        done += 2;
      }
      Arrays.fill(sums, HALF);
      for (int tap = 0; tap < rows.taps(y); tap++) {
        add(ring[(rows.first(y) + tap) % ring.length], rows.weight(y, tap), sums);
      }
      round(sums, outputRow);
      pixels.put(y * outputRow.length, outputRow);
    }
  }

  private void prepare(int width, int height, Preprocessing preprocessing) {
    int size = preprocessing.size();
    int shorter = Math.min(width, height);
    long resizedWidth = resized(width, shorter, preprocessing.resize());
    long resizedHeight = resized(height, shorter, preprocessing.resize());
    if (bothRows.length == 0 || !columns.is(width, resizedWidth, size)) {
      columns = new ResizedAxis(width, resizedWidth, size);
      upperRow = new byte[Preprocessing.CHANNELS * columns.span()];
      lowerRow = new byte[upperRow.length];
      bothRows = new long[upperRow.length];
    }
    if (!rows.is(height, resizedHeight, size)) {
      rows = new ResizedAxis(height, resizedHeight, size);
    }
    int rowBytes = Preprocessing.CHANNELS * size;
    if (outputRow.length != rowBytes || ring.length < rows.maxTaps() + 1) {
      ring = new int[rows.maxTaps() + 1][rowBytes];
      sums = new int[rowBytes];
      outputRow = new byte[rowBytes];
    }
  }

  /** Length that a side is resized to; the longer one is rounded down, as torchvision does. */
  private static long resized(int side, int shorter, int resize) {
    return (long) ((double) ((long) resize * side) / shorter);
  }

  /** Narrows the source rows {@code y} and {@code y + 1} into the ring. */
  private void narrow(PixelRows picture, int y) {
    picture.copyRow(y, columns.first(0), columns.span(), upperRow);
    if (y + 1 < picture.height()) {
      picture.copyRow(y + 1, columns.first(0), columns.span(), lowerRow);
    }
    for (int i = 0; i < bothRows.length; i++) {
      bothRows[i] = (upperRow[i] & 0xFF) | (lowerRow[i] & 0xFFL) << Integer.SIZE;
    }
    narrow(bothRows, columns, ring[y % ring.length], ring[(y + 1) % ring.length]);
  }

  private static void narrow(long[] rgb, ResizedAxis axis, int[] upper, int[] lower) {
    int origin = axis.first(0);
    int to = 0;
    for (int i = 0; i < axis.size(); i++) {
      long red = HALVES;
      long green = HALVES;
      long blue = HALVES;
      int from = Preprocessing.CHANNELS * (axis.first(i) - origin);
      int taps = axis.taps(i);
      for (int tap = 0; tap < taps; tap++) {
        long weight = axis.weight(i, tap);
        red += rgb[from] * weight;
        green += rgb[from + 1] * weight;
        blue += rgb[from + 2] * weight;
        from += Preprocessing.CHANNELS;
      }
      upper[to] = rounded((int) red);
      lower[to++] = rounded((int) (red >>> Integer.SIZE));
      upper[to] = rounded((int) green);
      lower[to++] = rounded((int) (green >>> Integer.SIZE));
      upper[to] = rounded((int) blue);
      lower[to++] = rounded((int) (blue >>> Integer.SIZE));
    }
  }

  // Both loops over ints alone, so that the JIT compiler makes vector instructions of them.
  private static void add(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += row[i] * weight;
    }
  }

  private static void round(int[] sums, byte[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) rounded(sums[i]);
    }
  }

  /** Back from fixed point; the weights' own rounding can exceed white by a little. */
  private static int rounded(int sum) {
    return Math.min(sum >> ResizedAxis.PRECISION, 255);
  }
}
