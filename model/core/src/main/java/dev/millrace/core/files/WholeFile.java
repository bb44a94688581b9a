package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files at once. Java has no array for 2 GiB, whatever the heap. */
public final class WholeFile {

  private WholeFile() {}

  /**
   * {@return a file's bytes}
   *
   * @param file the file
   * @throws IOException if it cannot be read, or has 2 GiB or more
   */
  public static byte[] read(Path file) throws IOException {
    requireArray(file);
    return Files.readAllBytes(file);
  }

  /**
   * {@return a text in UTF-8}
   *
   * @param file the file
   * @throws IOException as {@link #read} does, or if it is not UTF-8
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
