package dev.millrace.decode;

/**
 * Reads a JPEG's segments as libjpeg does, up to the first scan, for the size in its frame header
 * (ITU-T T.81, annex B). There is one frame header: libjpeg refuses a second. Pictures inside other
 * segments, such as an EXIF thumbnail, are skipped with them.
 */
final class JpegHeader {

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;

  private JpegHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(2);
    boolean framed = false;
    boolean progressive = false;
    int width = 0;
    int height = 0;
    int components = 0;
    for (int marker = marker(in); marker != START_OF_SCAN; marker = marker(in)) {
      if (marker == START_OF_IMAGE || marker == END_OF_IMAGE) {
        throw ImageFormat.JPEG.undecodable("has no scan before its first end");
      }
      if (standsAlone(marker)) {
        continue;
      }
      int length = Math.max(in.u16() - 2, 0);
      int start = in.position();
      if (isFrame(marker)) {
        if (framed) {
          throw ImageFormat.JPEG.undecodable("has two frame headers");
        }
        framed = true;
        progressive = (marker & 3) == 2;
        in.skip(1);
        height = in.u16();
        width = in.u16();
        components = in.u8();
      }
      in.skip(Math.max(length - (in.position() - start), 0));
    }
    in.skip(2);
    if (!framed) {
      throw ImageFormat.JPEG.undecodable("has no frame header");
    }
    boolean inScans = progressive || in.u8() < components;
    return new ImageHeader(ImageFormat.JPEG, width, height, inScans ? scans(in) : 1);
  }

  /** The next marker: the first byte after one or more FF that is neither FF nor 0. */
  private static int marker(HeaderReader in) {
    while (true) {
      int next = in.u8();
      if (next == 0xFF) {
        while (next == 0xFF) {
          next = in.u8();
        }
        if (next != 0) {
          return next;
        }
      }
    }
  }

  /** Restart markers and TEM come without a length. */
  private static boolean standsAlone(int marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
  }

  /** SOF0 to SOF15, less the three numbers that mean something else. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** This scan and those that may follow: in a scan's data, FF is never followed by DA. */
  private static long scans(HeaderReader in) {
    long scans = 1;
    int previous = 0;
    while (in.remaining() > 0) {
      int next = in.u8();
      if (previous == 0xFF && next == START_OF_SCAN) {
        scans++;
      }
      previous = next;
    }
    return scans;
  }
}
