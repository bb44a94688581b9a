package dev.millrace.service.page;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes small pictures as PNG (ISO/IEC 15948). This class exists because the image library of the
 * service only reads images.
 */
final class Png {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /**
   * 8 bits per channel, RGB, the only compression method, the only filter method, no interlacing.
   */
  private static final byte[] FORMAT = {8, 2, 0, 0, 0};

  private Png() {}

  /**
   * Returns the file of a picture.
   *
   * @param width width in pixels
   * @param height height in pixels
   * @param rgb three bytes a pixel, row by row
   */
  static byte[] write(int width, int height, byte[] rgb) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(file)) {
      out.write(SIGNATURE);
      chunk(
          out,
          "IHDR",
          ByteBuffer.allocate(8 + FORMAT.length).putInt(width).putInt(height).put(FORMAT).array());
      chunk(out, "IDAT", rows(width, height, rgb));
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return file.toByteArray();
  }

  private static byte[] rows(int width, int height, byte[] rgb) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream out = new DeflaterOutputStream(compressed, deflater)) {
      for (int row = 0; row < height; row++) {
        out.write(0); // no filter
        out.write(rgb, 3 * width * row, 3 * width);
      }
    } finally {
      deflater.end();
    }
    return compressed.toByteArray();
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) checksum.getValue());
  }
}
