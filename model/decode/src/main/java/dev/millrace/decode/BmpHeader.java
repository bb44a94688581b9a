package dev.millrace.decode;

/**
 * Reads the size in a BMP's header. Run-length encoded bitmaps are refused: OpenCV misreads those
 * that skip pixels, without noticing.
 */
final class BmpHeader {

  private static final int FILE_HEADER = 14;
  private static final int OS2_HEADER = 12;
  private static final int WINDOWS_HEADER = 40;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;

  private BmpHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(FILE_HEADER);
    long size = in.u32le();
    if (size == OS2_HEADER) {
      return new ImageHeader(ImageFormat.BMP, in.u16le(), in.u16le());
    }
    if (size < WINDOWS_HEADER) {
      throw ImageFormat.BMP.undecodable("has a header of " + size + " bytes, which is not read");
    }
    int width = (int) in.u32le();
    int height = (int) in.u32le();
    in.skip(4);
    long compression = in.u32le();
    if (compression == RLE8 || compression == RLE4) {
      throw ImageFormat.BMP.undecodable("is run-length encoded, which is not read; send it as PNG");
    }
    // A negative height means that the rows run from top to bottom.
    return new ImageHeader(ImageFormat.BMP, width, Math.abs((long) height));
  }
}
