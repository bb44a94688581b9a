package dev.millrace.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/**
 * Decodes base64 text (RFC 4648) in all common forms. The text may use the standard or the URL-safe
 * alphabet, with or without padding and line breaks. The text may also be a data URL (RFC 2397).
 */
final class Base64Text {

  private static final String DATA_URL = "data:";
  private static final String MARK = ";base64";

  /** Largest number of characters before the data of a data URL. */
  private static final int LONGEST_PREFIX = 256;

  private Base64Text() {}

  /**
   * {@return the bytes of the parser's current token}
   *
   * @param name the field, for the message
   * @throws UnreadableEventException if the token is neither base64 text nor the data URL of an
   *     image
   */
  static byte[] decode(JsonParser parser, String name)
      throws IOException, UnreadableEventException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new UnreadableEventException("the JSON field \"" + name + "\" is not base64 text");
    }
    Symbols symbols = new Symbols(parser.getTextLength());
    parser.getText(symbols);
    try {
      return symbols.decode();
    } catch (IllegalArgumentException e) {
      throw new UnreadableEventException(
          "the JSON field \"" + name + "\" is not base64 text: " + e.getMessage());
    }
  }

  /** Collects the text as ASCII bytes, without white space. */
  private static final class Symbols extends Writer {

    private final byte[] text;
    private int length;

    Symbols(int mostCharacters) {
      text = new byte[mostCharacters];
    }

    @Override
    public void write(char[] characters, int from, int count) {
      for (int i = from; i < from + count; i++) {
        char symbol = characters[i];
        if (symbol > ' ') {
          text[length++] = (byte) (symbol <= '~' ? symbol : '?'); // '?' is in no alphabet
        }
      }
    }

    /**
     * @throws IllegalArgumentException if the text is not base64
     */
    byte[] decode() throws UnreadableEventException {
      int start = start();
      for (int i = start; i < length; i++) {
        text[i] = standard(text[i]);
      }
      boolean whole = start == 0 && length == text.length;
      return Base64.getDecoder().decode(whole ? text : Arrays.copyOfRange(text, start, length));
    }

    private static byte standard(byte symbol) {
      return switch (symbol) {
        case '-' -> '+';
        case '_' -> '/';
        default -> symbol;
      };
    }

    /**
     * {@return the index of the first base64 symbol: 0, or the index after a data URL's media type}
     */
    private int start() throws UnreadableEventException {
      String beginning =
          new String(text, 0, Math.min(length, LONGEST_PREFIX), StandardCharsets.US_ASCII);
      if (!beginning.regionMatches(true, 0, DATA_URL, 0, DATA_URL.length())) {
        return 0;
      }
      int comma = beginning.indexOf(',');
      String kind =
          beginning
              .substring(DATA_URL.length(), comma < 0 ? beginning.length() : comma)
              .toLowerCase(Locale.ROOT);
      if (comma < 0 || !kind.endsWith(MARK)) {
        throw new UnreadableEventException("the data URL is not in base64");
      }
      ContentType type = ContentType.parse(kind);
      if (!type.mayBeImage()) {
        throw new UnreadableEventException("the data URL holds " + type.type() + ", not an image");
      }
      return comma + 1;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
