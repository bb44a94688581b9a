package dev.millrace.core.image;

import java.nio.ByteBuffer;

/**
 * Decodes images straight into a batch: the port between the engine and the image library.
 *
 * <p>An instance keeps scratch memory and is used by one thread at a time. Decoding runs in native
 * code and cannot be interrupted; whoever bounds its time must not touch {@code pixels} again
 * before the call has returned.
 */
public interface ImageDecoder extends AutoCloseable {

  /**
   * Decodes one image and applies the geometry of {@code preprocessing}.
   *
   * @param encoded the image file's bytes (JPEG, PNG, …); not kept
   * @param preprocessing geometry to bring the image to
   * @param pixels where the pixels go: {@code preprocessing.bytes()} bytes from position 0, RGB,
   *     row by row ({@code uint8[size, size, 3]}); untouched if the image is refused
   * @throws BadImageException if the bytes are no image that may or can be decoded
   * @throws OutOfMemoryError if the heap or native memory has no room for it, which is no image's
   *     fault
   */
  void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels);

  /** Frees the scratch memory. */
  @Override
  void close();
}
