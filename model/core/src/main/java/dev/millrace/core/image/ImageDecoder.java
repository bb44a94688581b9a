package dev.millrace.core.image;

import java.nio.ByteBuffer;

/**
 * Decodes images into a batch's buffer. The engine calls the image library only through this
 * interface.
 *
 * <p>An instance holds scratch memory. One thread uses it at a time. Decoding runs in native code
 * and cannot be interrupted. If a caller stops waiting for a call of {@link #decode}, it must not
 * touch the passed buffer until the call has returned.
 */
public interface ImageDecoder extends AutoCloseable {

  /**
   * Decodes one image, and resizes and crops it to the sizes in {@code preprocessing}.
   *
   * @param encoded the image file's bytes (JPEG, PNG, …); the decoder does not keep the array
   * @param preprocessing the resize and the crop to apply
   * @param pixels receives {@code preprocessing.bytes()} bytes from position 0: RGB, row by row
   *     ({@code uint8[height, width, 3]}). Unchanged if the image is refused
   * @throws BadImageException if the image is damaged, not supported or too large
   * @throws OutOfMemoryError if the heap or native memory is too small for the decode; the image
   *     itself may be valid
   */
  void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels);

  /** Frees the scratch memory. */
  @Override
  void close();
}
