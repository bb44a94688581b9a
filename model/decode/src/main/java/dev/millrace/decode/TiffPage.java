package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * The first page of a TIFF. OpenCV decodes the page with libtiff. libtiff allocates as much memory
 * as the file declares for a strip, and fills a damaged strip with black. This class therefore
 * accepts only the kinds of pages that libtiff decodes correctly, and checks each strip or tile.
 * The class then passes libtiff a copy of the file that contains only the checked tags.
 */
final class TiffPage {

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int ROWS_A_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int PLANES = 284;
  private static final int PREDICTOR = 317;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_BYTES = 325;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;

  /**
   * The tags that are passed on to libtiff. The set contains the tags of the constants above, the
   * order of bits (266), the colours of a palette (320), the tables of JPEG strips (347), and the
   * meaning of YCbCr (529 to 532).
   */
  private static final Set<Integer> KEPT =
      Set.of(
          WIDTH,
          HEIGHT,
          BITS,
          COMPRESSION,
          PHOTOMETRIC,
          STRIP_OFFSETS,
          SAMPLES,
          ROWS_A_STRIP,
          STRIP_BYTES,
          PLANES,
          PREDICTOR,
          TILE_WIDTH,
          TILE_HEIGHT,
          TILE_OFFSETS,
          TILE_BYTES,
          EXTRA_SAMPLES,
          SAMPLE_FORMAT,
          266,
          320,
          347,
          529,
          530,
          531,
          532);

  private static final int GREY_FROM_WHITE = 0;
  private static final int GREY = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int CMYK = 5;
  private static final int YCBCR = 6;

  /** The largest tile, in pixels. libtiff needs four bytes for each pixel. */
  private static final long MAX_TILE = 1 << 24;

  private static final short SHORT = 3;
  private static final short LONG = 4;
  private static final short NOT_MULTIPLIED = 1;

  private final byte[] bytes;
  private final TiffDirectory directory;
  private final long width;
  private final long height;
  private final int compression;
  private final int bits;
  private final int samples;

  private TiffPage(byte[] bytes) {
    this.bytes = bytes;
    directory = TiffDirectory.read(bytes);
    width = directory.number(WIDTH, 0);
    height = directory.number(HEIGHT, 0);
    compression = (int) directory.number(COMPRESSION, TiffStrip.NONE);
    bits = (int) directory.number(BITS, 1);
    samples = (int) directory.number(SAMPLES, 1);
  }

  /** Reads the page's directory. */
  static TiffPage read(byte[] bytes) {
    return new TiffPage(bytes);
  }

  /** {@return the size that the page declares} */
  ImageHeader header() {
    return new ImageHeader(ImageFormat.TIFF, width, height);
  }

  /**
   * {@return a file that contains only this page} First, the method checks that all strips or tiles
   * are complete. The returned file has no orientation, so libtiff does not turn the page. The file
   * also says that libtiff must not multiply the colours by the transparency.
   */
  byte[] plain() {
    requireKind();
    requireWhole();
    int at = bytes.length + bytes.length % 2;
    int[] entries =
        directory.entries().entrySet().stream()
            .filter(entry -> KEPT.contains(entry.getKey()))
            .mapToInt(Map.Entry::getValue)
            .toArray();
    int length = at + Short.BYTES + TiffDirectory.ENTRY * entries.length + Integer.BYTES;
    ByteBuffer plain =
        ByteBuffer.wrap(Arrays.copyOf(bytes, length)).order(directory.file().order());
    plain.putInt(Integer.BYTES, at);
    plain.position(at).putShort((short) entries.length);
    for (int entry : entries) {
      int start = plain.position();
      plain.put(bytes, entry, TiffDirectory.ENTRY);
      int tag = plain.getShort(start) & 0xFFFF;
      if (tag == ROWS_A_STRIP) {
        plain.putShort(start + 2, LONG).putInt(start + 4, 1).putInt(start + 8, (int) rows());
      } else if (tag == EXTRA_SAMPLES) {
        plain.putShort(start + 2, SHORT).putInt(start + 4, 1);
        plain.putShort(start + 8, NOT_MULTIPLIED);
      }
    }
    return plain.array();
  }

  private void requireKind() {
    int photometric = (int) directory.number(PHOTOMETRIC, -1);
    boolean deep = bits == 8 || bits == 16;
    boolean known =
        switch (photometric) {
          case GREY_FROM_WHITE, GREY -> samples <= 2 && (deep || (bits == 1 && samples == 1));
          case RGB -> deep && (samples == 3 || samples == 4);
          case PALETTE -> samples == 1 && (bits == 4 || bits == 8);
          case CMYK -> samples == 4 && bits == 8;
          case YCBCR -> samples == 3 && bits == 8 && compression == TiffStrip.JPEG;
          default -> false;
        };
    boolean jpeg = compression == TiffStrip.JPEG;
    long format = directory.number(SAMPLE_FORMAT, 1);
    long predictor = directory.number(PREDICTOR, 1);
    boolean even = Arrays.stream(directory.numbers(BITS)).allMatch(number -> number == bits);
    if (!known || !even || format != 1 || predictor > 2 || (jpeg && bits != 8)) {
      throw ImageFormat.TIFF.undecodable(
          String.format(
              "has %d samples of %d bits per pixel in colour space %d, which is not supported; send"
                  + " a PNG",
              samples, bits, photometric));
    }
    if (!TiffStrip.COMPRESSIONS.contains(compression)) {
      throw ImageFormat.TIFF.undecodable(
          "is compressed by method " + compression + ", which is not supported; send a PNG");
    }
    if (directory.numbers(EXTRA_SAMPLES).length > 1) {
      throw ImageFormat.TIFF.undecodable("has several extra samples, which are not supported");
    }
  }

  /** {@return the number of rows of a strip or tile; the last strip may be shorter} */
  private long rows() {
    return directory.has(TILE_WIDTH)
        ? directory.number(TILE_HEIGHT, 0)
        : Math.min(directory.number(ROWS_A_STRIP, height), height);
  }

  private void requireWhole() {
    boolean tiled = directory.has(TILE_WIDTH);
    long columns = tiled ? directory.number(TILE_WIDTH, 0) : width;
    long rows = rows();
    if (columns < 1 || rows < 1 || (tiled && columns > MAX_TILE / rows)) {
      throw ImageFormat.TIFF.undecodable("has strips or tiles of " + columns + "x" + rows);
    }
    boolean planar = directory.number(PLANES, 1) == 2;
    long across = (width + columns - 1) / columns;
    long down = (height + rows - 1) / rows;
    long[] offsets = directory.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
    long[] lengths = directory.numbers(tiled ? TILE_BYTES : STRIP_BYTES);
    long count = across * down * (planar ? samples : 1);
    if (offsets.length != count || lengths.length != count) {
      throw ImageFormat.TIFF.undecodable(
          "has " + offsets.length + " strips or tiles, but needs " + count);
    }
    int interleaved = planar ? 1 : samples;
    for (int i = 0; i < count; i++) {
      directory.requireInFile(offsets[i], lengths[i]);
      long first = i / across % down * rows;
      long filled = tiled ? rows : Math.min(rows, height - first);
      long rowBytes = (columns * interleaved * bits + 7) / 8;
      new TiffStrip(bytes, (int) offsets[i], (int) lengths[i], compression)
          .requireWhole(filled * rowBytes, columns * rows);
    }
  }
}
