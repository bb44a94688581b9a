package dev.millrace.service.http.infer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A one-dimensional tensor of datatype BYTES in its binary form. The length of each element
 * precedes the element, as an unsigned little-endian integer of 4 bytes.
 */
final class BytesTensor {

  private BytesTensor() {}

  /**
   * Reads all elements.
   *
   * @param bytes a buffer that holds only the tensor between its position and its limit
   * @param most the largest number of elements
   * @throws RefusedRequestException if a length is wrong, or there are more elements
   */
  static List<byte[]> read(ByteBuffer bytes, int most) {
    ByteBuffer left = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> elements = new ArrayList<>();
    while (left.hasRemaining()) {
      int index = elements.size();
      if (index == most) {
        throw InputImages.tooMany(most);
      }
      if (left.remaining() < Integer.BYTES) {
        throw RefusedRequestException.badRequest(
            "image "
                + index
                + " begins with "
                + left.remaining()
                + " bytes; its length takes 4 bytes");
      }
      long length = Integer.toUnsignedLong(left.getInt());
      if (length > left.remaining()) {
        throw RefusedRequestException.badRequest(
            "image "
                + index
                + " should have "
                + length
                + " bytes, but only "
                + left.remaining()
                + " follow; the length is unsigned, little-endian, and takes 4 bytes");
      }
      byte[] element = new byte[(int) length];
      left.get(element);
      elements.add(element);
    }
    return elements;
  }

  /** Returns the binary form of elements. */
  static byte[] write(List<byte[]> elements) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (byte[] element : elements) {
      bytes.writeBytes(length.putInt(0, element.length).array());
      bytes.writeBytes(element);
    }
    return bytes.toByteArray();
  }
}
