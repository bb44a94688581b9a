package dev.millrace.decode;

import java.util.Arrays;

/** Reads a PNG's first chunk, which must be its header, and keeps OpenCV out of trouble. */
final class PngHeader {

  private static final int SIGNATURE = 8;

  private static final int CHECKSUM = 4;

  private static final long IHDR = 0x49484452;
  private static final long IDAT = 0x49444154;
  private static final long IEND = 0x49454E44;
  private static final long TRNS = 0x74524E53;
  private static final long EXIF = 0x65584966;

  /** Set in the type of a chunk that a decoder may pass over: its first letter is a small one. */
  private static final long ANCILLARY = 0x2000_0000;

  /** Chunks of transparency and orientation that are kept; a sound file has one of each. */
  private static final int MAX_EXTRAS = 4;

  /** Length, type and checksum, in bytes. */
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
   * The PNG as it may be given to OpenCV, which has three faults here:
   *
   * <ul>
   *   <li>It makes room for whatever length a chunk claims, up to 4 GiB, before it looks whether
   *       the file has as much. Chunks before the pixels that do not fit are refused.
   *   <li>Of an animated PNG it returns another frame than the first, for several times the memory.
   *   <li>libpng writes a line to standard error about each ancillary chunk that it does not like.
   * </ul>
   *
   * So this takes out all ancillary chunks, also those of an animation. It keeps transparency
   * (tRNS) and orientation (eXIf), because the pixels depend on them. An animated PNG becomes its
   * still image.
   *
   * @return {@code png} itself if there is nothing to take out
   */
  static byte[] still(byte[] png) {
    HeaderReader in = new HeaderReader(ImageFormat.PNG, png);
    in.skip(SIGNATURE);
    byte[] still = null;
    int kept = SIGNATURE;
    int extras = 0;
    boolean pixels = false;
    long type = 0;
    while (type != IEND && (!pixels || in.remaining() > 0)) {
      int start = in.position();
      type = skipChunk(in, pixels);
      pixels |= type == IDAT;
      boolean extra = type == TRNS || type == EXIF;
      extras += extra ? 1 : 0;
      if ((type & ANCILLARY) != 0 && !(extra && extras <= MAX_EXTRAS)) {
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
   * Goes on behind the next chunk.
   *
   * @param lenient whether one without pixels that is cut off ends the file, for OpenCV to judge;
   *     else it is refused here. Pixels that are cut off always are: libpng would write a line
   *     about each such file to standard error
   * @return its type; {@link #IEND} for one that is cut off
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
