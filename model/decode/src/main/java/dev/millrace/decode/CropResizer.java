package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Resizes a picture, and crops it or surrounds it with black, according to the {@link
 * Preprocessing}. The pixels are bit-identical to Pillow's. For a crop, they equal the result of
 * torchvision's {@code Resize(resize)} and {@code CenterCrop((height, width))} on a PIL image. For
 * the other fits, they equal the result of {@code Image.resize} or {@code ImageOps.pad}. Resizing
 * and cropping are one step. This step computes only the pixels inside the crop, and reads only the
 * source pixels that contribute to them.
 *
 * <p>As in Pillow, there are two passes. The horizontal pass narrows the source rows, which means
 * that it resizes them to the width of the output. The vertical pass computes weighted sums of the
 * narrowed rows. Each pass rounds its samples to 8 bits. The passes alternate. When an output row
 * needs more source rows, the horizontal pass narrows four source rows at once. The narrowed rows
 * stay in a ring buffer until the last output row that needs them is computed. A picture of any
 * size therefore needs a working memory of only a few rows.
 *
 * <p>An instance keeps its scratch memory, and the weights for the last picture's size. Not
 * thread-safe.
 */
final class CropResizer {

  /** The placeholder axis of one pixel that a new instance has before its first picture. */
  private static final FittedAxis NONE = new FittedAxis(1, 0, 1, 0);

  private ResizedAxis columns = new ResizedAxis(Extent.whole(1), NONE, Interpolation.NEAREST);
  private ResizedAxis rows = columns;
  private RowNarrower narrower = new RowNarrower(columns);

  /** The ring buffer: groups of four narrowed rows. Each int holds one sample. */
  private int[][][] ring = {};

  private int[] sums = {};
  private byte[] outputRow = {};

  /** Writes {@code preprocessing.bytes()} bytes to {@code pixels}, from index 0. */
  void resize(PixelRows picture, Preprocessing preprocessing, ByteBuffer pixels) {
    prepare(picture, preprocessing);
    int rowBytes = Preprocessing.CHANNELS * preprocessing.width();
    if (columns.size() < preprocessing.width() || rows.size() < preprocessing.height()) {
      pixels.put(0, new byte[preprocessing.bytes()]);
    }
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
      int at = (rows.before() + y) * rowBytes + Preprocessing.CHANNELS * columns.before();
      pixels.put(at, outputRow);
    }
  }

  private void prepare(PixelRows picture, Preprocessing preprocessing) {
    Extent across = picture.columns();
    Extent down = picture.rows();
    Fitting fitting = Fitting.of(across.full(), down.full(), preprocessing);
    Interpolation interpolation = preprocessing.interpolation();
    if (!columns.is(across, fitting.columns(), interpolation)) {
      columns = new ResizedAxis(across, fitting.columns(), interpolation);
      narrower = new RowNarrower(columns);
    }
    if (!rows.is(down, fitting.rows(), interpolation)) {
      rows = new ResizedAxis(down, fitting.rows(), interpolation);
    }
    int samples = Preprocessing.CHANNELS * columns.size();
    // The largest number of groups that one output row's source rows can belong to.
    int groups = (rows.taps() + 2 * (RowNarrower.ROWS - 1)) / RowNarrower.ROWS;
    if (sums.length != samples || ring.length < groups) {
      ring = new int[groups][RowNarrower.ROWS][samples];
      sums = new int[samples];
      outputRow = new byte[samples];
    }
  }

  /** {@return the group that holds a narrowed row} The first source row in use has the number 0. */
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
