package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * torchvision's {@code Resize(resize)} and {@code CenterCrop(size)} of a PIL image, to the bit, in
 * one go: only the pixels inside the crop are computed, from the source pixels they are made of.
 *
 * <p>As in Pillow there is a horizontal pass and a vertical one, each rounded to 8 bits. Here they
 * take turns: a source row is narrowed when the first output row needs it and kept in a ring until
 * the last one has used it. So the working memory is a few rows, whatever the picture's size.
 *
 * <p>Keeps its scratch memory and the weights of the last picture's geometry. For one thread.
 */
final class CropResizer {

  private static final int HALF = 1 << (ResizedAxis.PRECISION - 1);

  private ResizedAxis columns = new ResizedAxis(1, 1, 1);
  private ResizedAxis rows = columns;
  private byte[] sourceRow = new byte[Preprocessing.CHANNELS];
  private int[][] ring = {};
  private int[] sums = {};
  private byte[] outputRow = {};

  /** Writes {@code preprocessing.bytes()} bytes to {@code pixels}, from its index 0. */
  void resize(PixelRows picture, Preprocessing preprocessing, ByteBuffer pixels) {
    prepare(picture.width(), picture.height(), preprocessing);
    int done = rows.first(0);
    for (int y = 0; y < rows.size(); y++) {
      int end = rows.first(y) + rows.taps(y);
      for (int source = Math.max(done, rows.first(y)); source < end; source++) {
        picture.copyRow(source, columns.first(0), columns.span(), sourceRow);
        narrow(sourceRow, columns, ring[source % ring.length]);
      }
      done = Math.max(done, end);
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
    if (!columns.is(width, resizedWidth, size)) {
      columns = new ResizedAxis(width, resizedWidth, size);
      sourceRow = new byte[Preprocessing.CHANNELS * columns.span()];
    }
    if (!rows.is(height, resizedHeight, size)) {
      rows = new ResizedAxis(height, resizedHeight, size);
    }
    int rowBytes = Preprocessing.CHANNELS * size;
    if (outputRow.length != rowBytes || ring.length < rows.maxTaps()) {
      ring = new int[rows.maxTaps()][rowBytes];
      sums = new int[rowBytes];
      outputRow = new byte[rowBytes];
    }
  }

  /** Length that a side is resized to; the longer one is rounded down, as torchvision does. */
  private static long resized(int side, int shorter, int resize) {
    return (long) ((double) ((long) resize * side) / shorter);
  }

  private static void narrow(byte[] rgb, ResizedAxis axis, int[] narrowed) {
    int origin = axis.first(0);
    int to = 0;
    for (int i = 0; i < axis.size(); i++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int from = Preprocessing.CHANNELS * (axis.first(i) - origin);
      for (int tap = 0; tap < axis.taps(i); tap++) {
        int weight = axis.weight(i, tap);
        red += (rgb[from++] & 0xFF) * weight;
        green += (rgb[from++] & 0xFF) * weight;
        blue += (rgb[from++] & 0xFF) * weight;
      }
      narrowed[to++] = rounded(red);
      narrowed[to++] = rounded(green);
      narrowed[to++] = rounded(blue);
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
