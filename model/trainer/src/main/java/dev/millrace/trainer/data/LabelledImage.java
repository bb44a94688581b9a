package dev.millrace.trainer.data;

import java.io.IOException;

/**
 * An encoded image and its class.
 *
 * @param key the image's name; it decides the image's {@link Part}
 * @param label the index of the image's class
 * @param source reads the image file's bytes
 */
public record LabelledImage(String key, int label, Source source) {

  /** Reads an image file's bytes when they are needed. */
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
