package dev.millrace.service.command.quantize;

import java.io.IOException;

/**
 * An encoded image that calibrates or judges a quantised model.
 *
 * @param name the image's file or record, as messages name it
 * @param truth the index of the image's class; {@link #UNKNOWN} if it is unknown
 * @param content reads the encoded image
 */
public record Picture(String name, int truth, Content content) {

  /** The class of an image without a label. */
  public static final int UNKNOWN = -1;

  /** Reads an encoded image. */
  public interface Content {

    /**
     * {@return the encoded image}
     *
     * @throws IOException if it cannot be read
     */
    byte[] read() throws IOException;
  }
}
