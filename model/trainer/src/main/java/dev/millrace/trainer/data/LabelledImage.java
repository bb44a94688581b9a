package dev.millrace.trainer.data;

import java.io.IOException;

/**
 * An encoded image, its class and its use.
 *
 * @param key the image's key
 * @param label the index of the image's class
 * @param content SHA-256 of the image file's bytes, in hexadecimal
 * @param part the part to which the image belongs
 * @param source reads the image file's bytes
 */
public record LabelledImage(String key, int label, String content, Part part, Source source) {

  /** Reads an image file's bytes when they are needed. Any thread may call it. */
  @FunctionalInterface
  public interface Source {
    /**
     * {@return the image file's bytes}
     *
     * @throws IOException if the image cannot be read
     */
    byte[] read() throws IOException;
  }
}
