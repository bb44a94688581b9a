package dev.millrace.streams;

import dev.millrace.core.files.Sha256;
import dev.millrace.events.Prediction;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * Creates the id of a record: its key as text, shortened if it is too long for a header or a
 * database.
 */
final class RecordId {

  /** Largest length of a key that becomes the id unchanged, in characters (Unicode code points). */
  static final int LONGEST = 1024;

  /** Number of characters that the id takes from the beginning of a longer key. */
  private static final int BEGINNING = 200;

  /** The character that a decoder puts in place of bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\uFFFD';

  private RecordId() {}

  /**
   * {@return the key as text} A null key becomes {@code topic-partition-offset}, or a random UUID
   * if the record has no position. Bytes that are not UTF-8 become {@code 0x} and their hexadecimal
   * digits. A text of more than {@value #LONGEST} characters is shortened. Its id consists of the
   * first 200 characters, {@code -sha256:}, and the SHA-256 of the key's bytes in hexadecimal. The
   * bytes of a text are its UTF-8 form.
   *
   * @param key the record's key, or null
   * @param source the record's position; {@link Prediction.Source#NONE} if it has none
   */
  static String of(Object key, Prediction.Source source) {
    if (key == null && source.equals(Prediction.Source.NONE)) {
      return UUID.randomUUID().toString();
    }
    if (key == null) {
      return source.topic() + "-" + source.partition() + "-" + source.offset();
    }
    if (key instanceof Bytes bytes) {
      return of(bytes.get());
    }
    return key instanceof byte[] bytes ? of(bytes) : limited(key.toString(), null);
  }

  private static String of(byte[] key) {
    String text = new String(key, StandardCharsets.UTF_8);
    return limited(text.indexOf(REPLACEMENT) < 0 ? text : textOrHex(key), key);
  }

  /**
   * Returns the text of a key that contains the replacement character after decoding. If the key's
   * bytes do not encode this character, they are not UTF-8, and this method returns them in
   * hexadecimal.
   */
  private static String textOrHex(byte[] key) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      return "0x" + HexFormat.of().formatHex(key);
    }
  }

  private static String limited(String text, byte[] key) {
    if (text.length() <= LONGEST || text.codePointCount(0, text.length()) <= LONGEST) {
      return text;
    }
    byte[] hashed = key == null ? text.getBytes(StandardCharsets.UTF_8) : key;
    return text.substring(0, text.offsetByCodePoints(0, BEGINNING))
        + "-sha256:"
        + Sha256.of(hashed);
  }
}
