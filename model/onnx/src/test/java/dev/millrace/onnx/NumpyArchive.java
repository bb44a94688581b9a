package dev.millrace.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** Reads row-major arrays from NumPy's .npz files. */
final class NumpyArchive {

  private static final int HEADER_LENGTH_AT = 8;
  private static final int HEADER_AT = 10;

  private final Path file;

  NumpyArchive(Path file) {
    this.file = file;
  }

  /** Returns the elements of a {@code uint8} array. */
  byte[] bytes(String array) throws IOException {
    ByteBuffer elements = elements(array, "|u1");
    byte[] bytes = new byte[elements.remaining()];
    elements.get(bytes);
    return bytes;
  }

  /** Returns the elements of a {@code float32} array. */
  float[] floats(String array) throws IOException {
    ByteBuffer elements = elements(array, "<f4");
    float[] floats = new float[elements.remaining() / Float.BYTES];
    elements.asFloatBuffer().get(floats);
    return floats;
  }

  private ByteBuffer elements(String array, String type) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile());
        InputStream in = zip.getInputStream(zip.getEntry(array + ".npy"))) {
      ByteBuffer content = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      int headerLength = content.getShort(HEADER_LENGTH_AT);
      String header =
          new String(content.array(), HEADER_AT, headerLength, StandardCharsets.US_ASCII);
      if (!header.contains("'descr': '" + type + "'")
          || !header.contains("'fortran_order': False")) {
        throw new IOException(file + ": " + array + " is not " + type + " in C order: " + header);
      }
      return content.position(HEADER_AT + headerLength).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
