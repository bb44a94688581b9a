package dev.millrace.trainer.data;

import java.io.IOException;

/**
 * An encoded image and its class.
 *
 * @param key what it is known by; decides what part it belongs to
 * @param label the index of its class
 * @param source where its bytes are
 */
public record LabelledImage(String key, int label, Source source) {

  /** Bytes that are read when they are needed. */
  @FunctionalInterface
  public interface Source {
    byte[] read() throws IOException;
  }
}
