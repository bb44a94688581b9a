package dev.millrace.decode;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Images that are not part of the project: tests that need them are skipped where they are not. */
final class SharedData {

  private static final int TAR_BLOCK = 512;

  private SharedData() {}

  /** A file below {@code ../shared/data}, or a skipped test that says so. */
  static Path file(String name) {
    Path file = Path.of(System.getProperty("millrace.root"), "../shared/data", name).normalize();
    assumeTrue(Files.exists(file), () -> "skipped: " + file + " is not here");
    return file;
  }

  /** The files in a tar archive by their names without folders, in the archive's order. */
  static Map<String, byte[]> untar(Path tar) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(tar))) {
      byte[] header = new byte[TAR_BLOCK];
      for (in.readFully(header); header[0] != 0; in.readFully(header)) {
        String path = text(header, 0, 100);
        int size = Integer.parseInt(text(header, 124, 11).strip(), 8);
        byte[] content = in.readNBytes(size);
        in.skipNBytes((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
        boolean regular = header[156] == '0' || header[156] == 0;
        if (regular) {
          files.put(path.substring(path.lastIndexOf('/') + 1), content);
        }
      }
    } catch (EOFException e) {
      throw new IOException(tar + " is cut off", e);
    }
    return files;
  }

  private static String text(byte[] block, int start, int length) {
    String text = new String(block, start, length, StandardCharsets.US_ASCII);
    int end = text.indexOf(0);
    return end < 0 ? text : text.substring(0, end);
  }
}
