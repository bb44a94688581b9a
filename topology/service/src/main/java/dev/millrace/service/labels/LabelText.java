package dev.millrace.service.labels;

import dev.millrace.core.files.FileKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Decodes the text of a labels file. Refuses other kinds of files, with a message that names the
 * kind.
 */
final class LabelText {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private LabelText() {}

  /**
   * Decodes a file.
   *
   * @return the text without its byte order mark
   * @throws CharacterCodingException if the bytes are not UTF-8
   * @throws IllegalArgumentException if the file is of another kind, which the message names
   */
  static String of(byte[] file) throws CharacterCodingException {
    Optional<FileKind> kind = FileKind.of(file).filter(found -> found != FileKind.JSON);
    if (kind.isPresent()) {
      throw new IllegalArgumentException(
          "it is "
              + kind.get().words()
              + (kind.get() == FileKind.GIT_LFS_POINTER
                  ? "; " + kind.get().advice()
                  : "; give a text, CSV or JSON file with the names of the classes"));
    }
    if (isUtf16(file)) {
      throw new IllegalArgumentException("it is UTF-16 text, not UTF-8 text; save it as UTF-8");
    }
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "it is not text, because it holds zero bytes; give a text, CSV or JSON file with the"
              + " names of the classes");
    }
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  /**
   * Tests whether the file is UTF-16. Without a byte order mark, the positions of the zero bytes
   * decide. In UTF-16, a Latin character has one zero byte, which is always its first byte or
   * always its second byte.
   */
  private static boolean isUtf16(byte[] file) {
    if (file.length < 2) {
      return false;
    }
    int mark = (file[0] & 0xff) << 8 | (file[1] & 0xff);
    int[] zeros = new int[2];
    for (int i = 0; i < file.length; i++) {
      zeros[i % 2] += file[i] == 0 ? 1 : 0;
    }
    return mark == 0xfeff
        || mark == 0xfffe
        || (Math.min(zeros[0], zeros[1]) == 0 && zeros[0] + zeros[1] > file.length / 4);
  }
}
