package dev.millrace.decode;

import java.nio.ByteBuffer;

/**
 * Reads the size in a WebP's first chunk. This chunk is a lossy picture (VP8, RFC 6386), a lossless
 * picture (VP8L, RFC 9649), or the canvas of an extended file (VP8X). libwebp refuses a picture
 * that does not match the canvas.
 */
final class WebpHeader {

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;
  private static final long VP8 = 0x56503820;
  private static final long VP8L = 0x5650384C;
  private static final long VP8X = 0x56503858;
  private static final long EXIF = 0x45584946;

  private WebpHeader() {}

  static ImageHeader read(HeaderReader in) {
    in.skip(RIFF_HEADER);
    long chunk = in.u32();
    in.skip(4);
    if (chunk == VP8) {
      in.skip(6);
      return new ImageHeader(ImageFormat.WEBP, in.u16le() & 0x3FFF, in.u16le() & 0x3FFF);
    }
    if (chunk == VP8L) {
      in.skip(1);
      long bits = in.u32le();
      return new ImageHeader(ImageFormat.WEBP, (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
    }
    if (chunk == VP8X) {
      in.skip(4);
      return new ImageHeader(ImageFormat.WEBP, in.u24le() + 1L, in.u24le() + 1L);
    }
    throw ImageFormat.WEBP.undecodable("does not begin with a picture's chunk");
  }

  /** {@return the EXIF data; empty if there is none} */
  static ByteBuffer exif(HeaderReader in) {
    in.skip(RIFF_HEADER);
    while (in.remaining() >= CHUNK_HEADER) {
      long type = in.u32();
      long length = in.u32le();
      long padded = length + (length & 1);
      if (type == EXIF) {
        return in.slice(Math.min(length, in.remaining()));
      }
      in.skip(Math.min(padded, in.remaining()));
    }
    return ByteBuffer.allocate(0);
  }
}
