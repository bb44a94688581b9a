package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads whole files into memory. A file of 2 GiB or more is refused, because no Java array can hold
 * its bytes.
 */
public final class WholeFile {

  private WholeFile() {}

  /**
   * {@return a file's bytes}
   *
   * @param file the file
   * @throws IOException if the file cannot be read, or is 2 GiB or larger
   */
  public static byte[] read(Path file) throws IOException {
    requireArray(file);
    return Files.readAllBytes(file);
  }

  /**
   * {@return the content of a text file in UTF-8}
   *
   * @param file the file
   * @throws IOException if the file cannot be read, is 2 GiB or larger, or is not valid UTF-8
   */
  public static String text(Path file) throws IOException {
    requireArray(file);
    return Files.readString(file);
  }

  private static void requireArray(Path file) throws IOException {
    long size = Files.size(file);
    if (size >= Integer.MAX_VALUE) {
      throw new IOException(
          file + " has " + size + " bytes, and a file of 2 GiB or more cannot be read at once");
    }
  }
}
