package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import java.util.Arrays;

/**
 * The header of a BMP, with all values that are needed to determine a pixel's colour. Reads the
 * headers of OS/2 (12 bytes) and of Windows (40 to 124 bytes), with their palettes and colour
 * masks. OpenCV is not used, because it decodes some bitmaps wrongly without an error. Immutable.
 */
final class BmpHeader {

  private static final int OFFSET_AT = 10;
  private static final int FILE_HEADER = 14;
  private static final int OS2_HEADER = 12;
  private static final int WINDOWS_HEADER = 40;
  private static final int HEADER_WITH_MASKS = 52;
  private static final int OS2_V2_HEADER = 64;

  private static final int RGB = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BITFIELDS = 3;
  private static final int ALPHA_BITFIELDS = 6;

  private static final int[] USUAL_MASKS = {0xFF0000, 0xFF00, 0xFF};
  private static final int[] USUAL_MASKS_OF_16_BITS = {0x7C00, 0x03E0, 0x1F};
  private static final int[] NO_MASKS = {0, 0, 0};

  private final ImageHeader header;
  private final boolean fromTop;
  private final int bits;
  private final boolean runLengths;
  private final int[] masks;
  private final byte[] palette;
  private final long pixelsAt;

  private BmpHeader(
      ImageHeader header,
      boolean fromTop,
      int bits,
      boolean runLengths,
      int[] masks,
      byte[] palette,
      long pixelsAt) {
    this.header = header;
    this.fromTop = fromTop;
    this.bits = bits;
    this.runLengths = runLengths;
    this.masks = masks;
    this.palette = palette;
    this.pixelsAt = pixelsAt;
  }

  static BmpHeader read(HeaderReader in) {
    in.skip(OFFSET_AT);
    long pixelsAt = in.u32le();
    long size = in.u32le();
    if (size == OS2_HEADER) {
      return os2(in, pixelsAt);
    }
    if (size < WINDOWS_HEADER) {
      throw ImageFormat.BMP.undecodable(
          "has a header of " + size + " bytes, which is not supported");
    }
    int width = (int) in.u32le();
    int height = (int) in.u32le();
    in.skip(2);
    int bits = in.u16le();
    int compression = (int) in.u32le();
    in.skip(12);
    long colours = in.u32le();
    in.skip(4);
    requireKind(bits, compression, size);
    boolean masked = compression == BITFIELDS || compression == ALPHA_BITFIELDS;
    int[] masks = masked ? masks(in, bits) : usualMasks(bits);
    if (compression == ALPHA_BITFIELDS && size < HEADER_WITH_MASKS) {
      in.skip(4);
    }
    in.skip(Math.max(FILE_HEADER + size - in.position(), 0));
    // A negative height means that the rows run from top to bottom.
    ImageHeader header = new ImageHeader(ImageFormat.BMP, width, Math.abs((long) height));
    boolean runs = compression == RLE8 || compression == RLE4;
    return withPalette(in, header, height < 0, bits, runs, masks, colours, 4, pixelsAt);
  }

  /**
   * Reads an OS/2 header. Its width and height have 16 bits each, and its palette has a colour for
   * every index.
   */
  private static BmpHeader os2(HeaderReader in, long pixelsAt) {
    int width = in.u16le();
    int height = in.u16le();
    in.skip(2);
    int bits = in.u16le();
    requireKind(bits, RGB, OS2_HEADER);
    ImageHeader header = new ImageHeader(ImageFormat.BMP, width, height);
    return withPalette(in, header, false, bits, false, usualMasks(bits), 0, 3, pixelsAt);
  }

  /**
   * Reads the palette and determines the offset of the pixels, which is usually in the file header.
   * If the file header has no offset, or an offset that leaves no room for the palette, the pixels
   * begin after the palette. Palette entries that overlap with the pixels are not read. The colour
   * of these entries is black.
   *
   * @param colours number of colours in the palette; 0 stands for one colour per index
   * @param entry number of bytes per colour in the file
   */
  private static BmpHeader withPalette(
      HeaderReader in,
      ImageHeader header,
      boolean fromTop,
      int bits,
      boolean runs,
      int[] masks,
      long colours,
      int entry,
      long pixelsAt) {
    int indices = bits <= Byte.SIZE ? 1 << bits : 0;
    long stored = colours == 0 ? indices : colours;
    long room = pixelsAt - in.position();
    boolean placed = indices > 0 ? room > 0 : room >= 0;
    if (placed) {
      stored = Math.min(stored, room / entry);
    }
    byte[] palette = new byte[3 * indices];
    for (int i = 0; i < Math.min(stored, indices); i++) {
      System.arraycopy(in.bytes(entry), 0, palette, 3 * i, 3);
    }
    in.skip(entry * Math.max(stored - indices, 0));
    long start = placed ? pixelsAt : in.position();
    return new BmpHeader(header, fromTop, bits, runs, masks, palette, start);
  }

  private static void requireKind(int bits, int compression, long size) {
    boolean known =
        switch (compression) {
          case RGB ->
              bits == 1 || bits == 2 || bits == 4 || (bits > 0 && bits <= 32 && bits % 8 == 0);
          case RLE8 -> bits == 8;
          case RLE4 -> bits == 4;
          case BITFIELDS, ALPHA_BITFIELDS ->
              size != OS2_V2_HEADER && (bits == 16 || bits == 24 || bits == 32);
          default -> false;
        };
    if (!known) {
      throw ImageFormat.BMP.undecodable(
          String.format(
              "has %d bits per pixel in compression %d, which is not supported; send a PNG",
              bits, compression));
    }
  }

  private static int[] usualMasks(int bits) {
    return bits == 16 ? USUAL_MASKS_OF_16_BITS.clone() : USUAL_MASKS.clone();
  }

  /**
   * Reads the colour masks. A header of more than 40 bytes contains the masks after its first 40
   * bytes. If the header has only 40 bytes, the masks follow the header. So their offset in the
   * file is the same in both cases.
   */
  private static int[] masks(HeaderReader in, int bits) {
    int[] masks = {(int) in.u32le(), (int) in.u32le(), (int) in.u32le()};
    if (Arrays.equals(masks, NO_MASKS)) {
      return usualMasks(bits);
    }
    for (int mask : masks) {
      int low = mask >>> Integer.numberOfTrailingZeros(mask);
      if (mask == 0 || (low & (low + 1)) != 0) {
        throw ImageFormat.BMP.undecodable("has colour masks that are not supported; send a PNG");
      }
    }
    return masks;
  }

  /** {@return the size that the header declares} */
  ImageHeader header() {
    return header;
  }

  int width() {
    return (int) header.width();
  }

  int height() {
    return (int) header.height();
  }

  /** {@return whether the first row in the file is the top row} */
  boolean fromTop() {
    return fromTop;
  }

  /** {@return the number of bits per pixel: 1, 2, 4, 8, 16, 24 or 32} */
  int bits() {
    return bits;
  }

  /** {@return the masks of red, green and blue in a pixel of 16, 24 or 32 bits} */
  int[] masks() {
    return masks;
  }

  /** {@return three bytes for each index: blue, green, red; empty if pixels are not indices} */
  byte[] palette() {
    return palette;
  }

  /** {@return the offset of the first row} */
  long pixelsAt() {
    return pixelsAt;
  }

  /** {@return the picture in the file} The caller has compared this header with the limits. */
  PixelRows decode(byte[] file) {
    if (pixelsAt > file.length) {
      throw cutOff(file);
    }
    if (runLengths) {
      byte[] indices = new byte[width() * height()];
      new BmpRuns(file, (int) pixelsAt, bits == 4).decode(indices, width());
      byte[] colours = Arrays.copyOf(palette, 3 << Byte.SIZE);
      BmpHeader plain = new BmpHeader(header, fromTop, Byte.SIZE, false, masks, colours, 0);
      return new BmpPicture(plain, indices, width());
    }
    long rowBits = header.width() * bits;
    long stride = (rowBits + 31) / 32 * 4;
    long end = pixelsAt + stride * (header.height() - 1) + (rowBits + 7) / 8;
    if (end > file.length) {
      throw cutOff(file);
    }
    return new BmpPicture(this, file, stride);
  }

  private static BadImageException cutOff(byte[] file) {
    return ImageFormat.BMP.undecodable("is cut off after " + file.length + " bytes");
  }
}
