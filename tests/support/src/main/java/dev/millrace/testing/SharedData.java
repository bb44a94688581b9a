package dev.millrace.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/**
 * Real weights and images in the folder {@code ../shared/data} beside the checkout. These files are
 * not part of the project. A test that needs a missing file is skipped, and the last line of the
 * build counts the skipped tests.
 */
public final class SharedData {

  private static final Path ROOT =
      Path.of(System.getProperty("millrace.root", "../..")).resolve("../shared/data").normalize();
  private static final int TAR_BLOCK = 512;

  private SharedData() {}

  /** Returns the path of a file in the folder. Skips the calling test if the file is missing. */
  public static Path file(String name) {
    Path file = ROOT.resolve(name);
    if (!Files.exists(file)) {
      throw new MissingDataException(name + " is not in " + ROOT);
    }
    return file;
  }

  /**
   * Returns the rows of a table in a file of the folder, without the header row. Each row is split
   * into its columns.
   *
   * @param separator separator between two columns
   */
  public static List<String[]> rows(String name, String separator) throws IOException {
    return Files.readAllLines(file(name)).stream()
        .skip(1)
        .map(line -> line.split(separator, -1))
        .toList();
  }

  /**
   * Returns the contents of a tar archive's regular files, in the archive's order. The keys are the
   * files' paths below the archive's top folder.
   */
  public static Map<String, byte[]> untar(String archive) throws IOException {
    return untar(file(archive));
  }

  /** Like {@link #untar(String)}, but reads an archive that may be in any folder. */
  public static Map<String, byte[]> untar(Path tar) throws IOException {
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
          files.put(path.substring(path.indexOf('/') + 1), content);
        }
      }
    } catch (EOFException e) {
      throw new IOException(tar + " is cut off", e);
    }
    return files;
  }

  /** Like {@link #untar(String)}, but also writes the files into the folder {@code into}. */
  public static Map<String, byte[]> untar(String archive, Path into) throws IOException {
    Map<String, byte[]> files = untar(archive);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = into.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return files;
  }

  private static String text(byte[] block, int start, int length) {
    String text = new String(block, start, length, StandardCharsets.US_ASCII);
    int end = text.indexOf(0);
    return end < 0 ? text : text.substring(0, end);
  }

  /** Thrown to skip a test, because a file of {@link SharedData} is missing. */
  public static final class MissingDataException extends TestAbortedException {

    private static final long serialVersionUID = 1L;

    MissingDataException(String message) {
      super("skipped: " + message);
    }
  }
}
