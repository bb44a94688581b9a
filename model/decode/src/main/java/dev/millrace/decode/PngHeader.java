package dev.millrace.decode;

import java.util.Arrays;

/**
 * Reads the header of a PNG, which must be the PNG's first chunk, and removes chunks that OpenCV
 * mishandles.
 */
final class PngHeader {

  private static final int SIGNATURE = 8;

  private static final int CHECKSUM = 4;

  private static final long IHDR = 0x49484452;
  private static final long IDAT = 0x49444154;
  private static final long IEND = 0x49454E44;
  private static final long TRNS = 0x74524E53;

  /**
   * The bit that marks the type of an ancillary chunk, which a decoder may ignore. This bit makes
   * the type's first letter lower-case.
   */
  private static final long ANCILLARY = 0x2000_0000;

  /** The largest number of transparency chunks that are kept. A valid file has at most one. */
  private static final int MAX_TRANSPARENCY = 4;

  /** The number of bytes that a chunk's length, type and checksum take together. */
  private static final int CHUNK = 12;

  private PngHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(SIGNATURE);
    long length = in.u32();
    long type = in.u32();
    if (type != IHDR || length != 13) {
      throw ImageFormat.PNG.undecodable("does not begin with its header (IHDR)");
    }
    return new ImageHeader(ImageFormat.PNG, in.u32(), in.u32());
  }

  /**
   * Prepares a PNG for OpenCV, whose PNG reader has three faults:
   *
   * <ul>
   *   <li>It allocates as much memory as a chunk declares, up to 4 GiB, before it compares this
   *       length with the length of the file. This method therefore refuses a PNG if a chunk before
   *       the pixels does not fit in the file.
   *   <li>For an animated PNG, it may return a frame other than the first. It also needs several
   *       times as much memory as for a still PNG.
   *   <li>libpng writes a line to standard error about each ancillary chunk that it finds invalid.
   * </ul>
   *
   * <p>This method therefore removes all ancillary chunks, including those of an animation. The
   * method keeps transparency (tRNS), because the pixels depend on transparency. {@link PngExif}
   * reads the orientation. An animated PNG becomes its still image.
   *
   * @return the prepared file; {@code png} itself if no chunk is removed
   */
  static byte[] still(byte[] png) {
    HeaderReader in = new HeaderReader(ImageFormat.PNG, png);
    in.skip(SIGNATURE);
    byte[] still = null;
    int kept = SIGNATURE;
    int transparency = 0;
    boolean pixels = false;
    long type = 0;
    while (type != IEND && (!pixels || in.remaining() > 0)) {
      int start = in.position();
      type = skipChunk(in, pixels);
      pixels |= type == IDAT;
      boolean transparent = type == TRNS;
      transparency += transparent ? 1 : 0;
      if ((type & ANCILLARY) != 0 && !(transparent && transparency <= MAX_TRANSPARENCY)) {
        still = still == null ? Arrays.copyOf(png, png.length) : still;
      } else {
        if (still != null) {
          System.arraycopy(png, start, still, kept, in.position() - start);
        }
        kept += in.position() - start;
      }
    }
    return still == null ? png : Arrays.copyOf(still, kept);
  }

  /**
   * Skips the next chunk.
   *
   * @param lenient whether a truncated chunk counts as the end of the file, so that OpenCV decides
   *     whether to refuse the file. If false, this method refuses a truncated chunk. This method
   *     always refuses a truncated chunk of pixels (IDAT), because libpng would write a line to
   *     standard error
   * @return the chunk's type; {@link #IEND} for a truncated chunk
   */
  private static long skipChunk(HeaderReader in, boolean lenient) {
    if (lenient && in.remaining() < CHUNK) {
      in.skip(in.remaining());
      return IEND;
    }
    long length = in.u32();
    long type = in.u32();
    if (lenient && type != IDAT && length + CHECKSUM > in.remaining()) {
      in.skip(in.remaining());
      return IEND;
    }
    in.skip(length + CHECKSUM);
    return type;
  }
}
