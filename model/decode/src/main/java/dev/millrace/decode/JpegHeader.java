package dev.millrace.decode;

import java.nio.ByteBuffer;

/**
 * Reads the size from a JPEG's frame header (ITU-T T.81, annex B), and counts the JPEG's scans.
 * Reads the segments in the same way as libjpeg. A JPEG has exactly one frame header, because
 * libjpeg refuses a second one. Pictures inside other segments, for example an EXIF thumbnail, are
 * skipped with the segment.
 *
 * <p>Refuses a file in which a scan's data ends at a marker that must not follow a scan's data. At
 * such a marker, libjpeg fills the rest of the picture with grey. libjpeg reports the marker only
 * after the last row, and OpenCV ignores reports after the last row. If one scan holds the whole
 * picture, tables and a further scan must not follow the scan's data either. A comment or an
 * application's segment may follow the data if another marker or the end of the file comes directly
 * after it.
 */
final class JpegHeader {

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int RESTART_INTERVAL = 0xDD;
  private static final int FIRST_IN_USE = 0xC0;
  private static final int APP1 = 0xE1;

  /** The number of bytes of a frame header before the data of its components. */
  private static final int FRAME_HEADER = 6;

  private static final int COMPONENT = 3;

  private JpegHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(2);
    boolean framed = false;
    boolean progressive = false;
    int width = 0;
    int height = 0;
    int components = 0;
    double samples = 0;
    for (int marker = marker(in); marker != START_OF_SCAN; marker = marker(in)) {
      if (marker == START_OF_IMAGE || marker == END_OF_IMAGE) {
        throw ImageFormat.JPEG.undecodable("has no scan");
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
        samples = samples(in, Math.min(components, (length - FRAME_HEADER) / COMPONENT));
      }
      in.skip(Math.max(length - (in.position() - start), 0));
    }
    in.skip(2);
    if (!framed) {
      throw ImageFormat.JPEG.undecodable("has no frame header");
    }
    boolean inScans = progressive || in.u8() < components;
    long scans = scans(in, !inScans);
    if (!inScans) {
      return new ImageHeader(ImageFormat.JPEG, width, height);
    }
    long coefficients = (long) (samples * width * height);
    return new ImageHeader(ImageFormat.JPEG, width, height, scans, coefficients);
  }

  /**
   * {@return the EXIF data in the first segment that has EXIF data; empty if no segment has EXIF
   * data}
   *
   * @param in a reader at the beginning of a file whose header was already checked
   */
  static ByteBuffer exif(HeaderReader in) {
    in.skip(2);
    for (int marker = marker(in); marker != START_OF_SCAN; marker = marker(in)) {
      if (standsAlone(marker)) {
        continue;
      }
      ByteBuffer segment = in.slice(Math.max(in.u16() - 2, 0));
      if (marker == APP1 && Exif.hasPrefix(segment)) {
        return segment;
      }
    }
    return ByteBuffer.allocate(0);
  }

  /**
   * {@return the average number of samples per pixel} Most JPEGs store only every second column and
   * row of the two colour channels, so a pixel has 1.5 samples and not 3.
   */
  private static double samples(HeaderReader in, int components) {
    int sum = 0;
    int widest = 1;
    int highest = 1;
    for (int i = 0; i < components; i++) {
      in.skip(1);
      int factors = in.u8();
      in.skip(1);
      int across = factors >> 4;
      int down = factors & 0xF;
      sum += across * down;
      widest = Math.max(widest, across);
      highest = Math.max(highest, down);
    }
    return (double) sum / (widest * highest);
  }

  /**
   * {@return the next marker, which is the first byte other than FF and 0 after at least one FF}
   */
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

  /** {@return whether the marker is a restart marker or TEM, which no length follows} */
  private static boolean standsAlone(int marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
  }

  /**
   * {@return whether the marker begins a frame header: C0 to CF, except C4, C8 and CC, which have
   * other meanings}
   */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /**
   * {@return the number of scans from the current scan to the end of the image, or to the end of
   * the bytes if the image has no end marker}
   *
   * @param whole whether the current scan holds the whole picture
   */
  private static long scans(HeaderReader in, boolean whole) {
    long scans = 1;
    for (int marker = markerAfterData(in);
        marker != END_OF_IMAGE && in.remaining() >= 2;
        marker = markerAfterData(in)) {
      int length = Math.max(in.u16() - 2, 0);
      boolean allowed = whole ? mayEndPicture(marker) : mayFollowData(marker);
      boolean followed = !whole || in.isFollowedBy(0xFF, length);
      if (!allowed || !followed || (marker == RESTART_INTERVAL && length != 2)) {
        throw ImageFormat.JPEG.undecodable(
            String.format("is damaged: marker FF%02X interrupts a scan's data", marker));
      }
      if (marker == START_OF_SCAN) {
        scans++;
      }
      in.skip(Math.min(length, in.remaining()));
    }
    return scans;
  }

  /**
   * {@return the marker that ends a scan's data} Skips zeros after FF and restart markers, because
   * the data itself may contain them. Also skips reserved markers, as libjpeg does when it looks
   * for a restart marker. At the end of the bytes, returns the end-of-image marker, because OpenCV
   * itself refuses a picture with missing rows.
   */
  private static int markerAfterData(HeaderReader in) {
    while (in.skipPast(0xFF)) {
      int next = 0xFF;
      while (next == 0xFF && in.remaining() > 0) {
        next = in.u8();
      }
      if (next >= FIRST_IN_USE && next != 0xFF && !standsAlone(next)) {
        return next;
      }
    }
    return END_OF_IMAGE;
  }

  /**
   * {@return whether the marker introduces tables, a comment, an application's segment, the number
   * of lines or the next scan}
   */
  private static boolean mayFollowData(int marker) {
    return switch (marker) {
      case 0xC4, 0xCC, 0xDB, RESTART_INTERVAL, START_OF_SCAN -> true;
      default -> mayEndPicture(marker);
    };
  }

  /**
   * {@return whether the marker introduces a comment, an application's segment, or the number of
   * lines}
   */
  private static boolean mayEndPicture(int marker) {
    return marker == 0xDC || marker == 0xFE || (marker & 0xF0) == 0xE0;
  }
}
