package dev.millrace.core.files;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * The first bytes of a file, and the tests that recognise the file's kind.
 *
 * @param bytes the bytes, each as one character
 */
record FileStart(String bytes) {

  /** The first bytes of a file in a zip file, and so of a zip file. */
  static final String ZIP_ENTRY = "PK\u0003\u0004";

  private static final int LENGTH = 4096;

  /** The index of the length of a zip file's first name, and of the name itself. */
  private static final int ZIP_NAME_LENGTH = 26;

  private static final int ZIP_NAME = 30;
  private static final int SAFETENSORS_HEADER = 8;
  private static final int LONGEST_TEXT = 512;

  /** The protobuf tags of a nested message in field 1 and in field 2. */
  private static final char FIRST_MESSAGE = 0x0a;

  private static final char SECOND_MESSAGE = 0x12;

  static FileStart of(byte[] file) {
    byte[] start = Arrays.copyOf(file, Math.min(file.length, LENGTH));
    return new FileStart(new String(start, StandardCharsets.ISO_8859_1));
  }

  boolean begins(String signature) {
    return bytes.startsWith(signature);
  }

  boolean has(int offset, String signature) {
    return bytes.startsWith(signature, offset);
  }

  boolean contains(String part) {
    return bytes.indexOf(part) >= 0;
  }

  /** {@return the first bytes as text in lower case, without leading white space} */
  String text() {
    return bytes
        .substring(0, Math.min(bytes.length(), LONGEST_TEXT))
        .stripLeading()
        .toLowerCase(Locale.ROOT);
  }

  /** {@return the name of the first file in a zip file; empty if this is no zip file} */
  String zipEntry() {
    return begins(ZIP_ENTRY)
        ? bytes.substring(Math.min(ZIP_NAME, bytes.length()), zipNameEnd())
        : "";
  }

  private int zipNameEnd() {
    int length = at(ZIP_NAME_LENGTH) + (at(ZIP_NAME_LENGTH + 1) << 8);
    return Math.min(ZIP_NAME + length, bytes.length());
  }

  /**
   * Tests for a zip file that PyTorch wrote. PyTorch puts padding with the id {@code FB} behind the
   * name of each file. Some tools write {@code NAME/data.pkl} without the padding. {@code
   * torch.export} wrote no padding before PyTorch 2.7.
   */
  boolean isPyTorchZip() {
    return begins(ZIP_ENTRY)
        && (has(zipNameEnd(), "FB")
            || contains("/data.pkl")
            || contains("serialized_exported_program.json"));
  }

  /**
   * Tests for a pickle of protocol 2 to 5. The second byte of a pickle is the number of the
   * protocol.
   */
  boolean isPickle() {
    return bytes.length() > 2
        && bytes.charAt(0) == 0x80
        && bytes.charAt(1) >= 2
        && bytes.charAt(1) <= 5
        && "}]().cJKX\u008a\u0095".indexOf(bytes.charAt(2)) >= 0;
  }

  /**
   * Tests for the safetensors format. A safetensors file begins with the length of the header as a
   * little-endian 64-bit number, and the header's JSON follows.
   */
  boolean isSafetensors() {
    return has(SAFETENSORS_HEADER, "{\"") && has(5, "\0\0\0");
  }

  /**
   * Tests for a flat buffer. The file begins with the offset of its root, and the given identifier
   * follows.
   */
  boolean isFlatBuffer(String identifier) {
    return has(3, "\0" + identifier);
  }

  /**
   * Tests for one of TensorFlow's two formats. A {@code SavedModel} begins with version 1, followed
   * by a graph with its description. A {@code GraphDef} begins with a node's name and operator. An
   * ONNX model differs, because it begins with a version and the name of a program.
   */
  boolean isTensorFlow() {
    int saved = begins("\u0008\u0001") ? messageIn(2, SECOND_MESSAGE) : -1;
    if (saved >= 0) {
      int description = messageIn(saved, FIRST_MESSAGE);
      return description >= 0 && at(description) != FIRST_MESSAGE && at(description) != 0;
    }
    int node = messageIn(0, FIRST_MESSAGE);
    int name = node < 0 ? -1 : messageIn(node, FIRST_MESSAGE);
    return name >= 0 && at(name + at(name - 1)) == SECOND_MESSAGE;
  }

  /**
   * Tests for Core ML's format. A Core ML file begins with a version. A description follows, which
   * begins with an input and its name.
   */
  boolean isCoreMl() {
    int description = at(0) == 0x08 && at(1) > 0 ? messageIn(2, SECOND_MESSAGE) : -1;
    int input = description < 0 ? -1 : messageIn(description, FIRST_MESSAGE);
    return input >= 0 && at(input) == FIRST_MESSAGE;
  }

  /**
   * {@return the index at which the content of a message begins, or -1 if no message with the given
   * tag begins at {@code offset}}
   */
  private int messageIn(int offset, char tag) {
    if (at(offset) != tag) {
      return -1;
    }
    int end = offset + 1;
    while (at(end) >= 0x80) {
      end++;
    }
    return end + 1;
  }

  /** {@return the byte at an offset, or 0 beyond the end} */
  private char at(int offset) {
    return offset < bytes.length() ? bytes.charAt(offset) : 0;
  }
}
