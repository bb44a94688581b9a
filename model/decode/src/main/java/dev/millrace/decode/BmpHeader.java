package dev.millrace.decode;

/**
 * Reads the size in a BMP's header. Refuses two kinds of bitmap that OpenCV decodes wrongly without
 * an error: run-length encoded bitmaps, because some of them skip pixels, and 32-bit bitmaps whose
 * colour masks come after a header that is too short to hold them.
 */
final class BmpHeader {

  private static final int FILE_HEADER = 14;
  private static final int OS2_HEADER = 12;
  private static final int WINDOWS_HEADER = 40;
  private static final int HEADER_WITH_MASKS = 56;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BITFIELDS = 3;

  private BmpHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(FILE_HEADER);
    long size = in.u32le();
    if (size == OS2_HEADER) {
      return new ImageHeader(ImageFormat.BMP, in.u16le(), in.u16le());
    }
    if (size < WINDOWS_HEADER) {
      throw ImageFormat.BMP.undecodable(
          "has a header of " + size + " bytes, which is not supported");
    }
    int width = (int) in.u32le();
    int height = (int) in.u32le();
    in.skip(2);
    int bits = in.u16le();
    long compression = in.u32le();
    if (compression == RLE8 || compression == RLE4) {
      throw ImageFormat.BMP.undecodable(
          "is run-length encoded, which is not supported; send a PNG");
    }
    boolean masksBehind = compression == BITFIELDS && size < HEADER_WITH_MASKS;
    if (masksBehind && bits == 32 && !hasUsualMasks(in)) {
      throw ImageFormat.BMP.undecodable("has colour masks that are not supported; send a PNG");
    }
    // A negative height means that the rows run from top to bottom.
    return new ImageHeader(ImageFormat.BMP, width, Math.abs((long) height));
  }

  /**
   * {@return whether the masks select eight bits each for red, green and blue, at the places where
   * a bitmap without masks has them}
   */
  private static boolean hasUsualMasks(HeaderReader in) {
    in.skip(FILE_HEADER + WINDOWS_HEADER - in.position());
    return in.u32le() == 0xFF0000 && in.u32le() == 0xFF00 && in.u32le() == 0xFF;
  }
}
