package dev.millrace.decode;

/** Reads a PNG's first chunk, which must be its header, and keeps OpenCV out of trouble. */
final class PngHeader {

  private static final int SIGNATURE = 8;

  private static final int CHECKSUM = 4;

  private static final long IHDR = 0x49484452;
  private static final long IDAT = 0x49444154;
  private static final long ACTL = 0x6163544C;

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
   * The PNG as it may be given to OpenCV, which has two faults here. It makes room for whatever
   * length a chunk claims, up to 4 GiB, before it looks whether the file has as much: chunks that
   * do not fit are refused. And of an animated PNG it returns another frame than the first, for
   * several times the memory: the animation's control chunks are taken out, and what is left is the
   * still image that every animated PNG also is.
   *
   * @return {@code png} itself if it is not animated
   */
  static byte[] still(byte[] png) {
    HeaderReader in = new HeaderReader(ImageFormat.PNG, png);
    in.skip(SIGNATURE);
    byte[] still = png;
    int kept = SIGNATURE;
    while (true) {
      int start = in.position();
      long length = in.u32();
      long type = in.u32();
      in.skip(length + CHECKSUM);
      if (type == IDAT) {
        return kept == start ? png : join(still, kept, png, start);
      }
      if (type == ACTL) {
        still = still == png ? png.clone() : still;
      } else {
        System.arraycopy(png, start, still, kept, in.position() - start);
        kept += in.position() - start;
      }
    }
  }

  private static byte[] join(byte[] head, int headLength, byte[] tail, int tailStart) {
    byte[] joined = new byte[headLength + tail.length - tailStart];
    System.arraycopy(head, 0, joined, 0, headLength);
    System.arraycopy(tail, tailStart, joined, headLength, tail.length - tailStart);
    return joined;
  }
}
