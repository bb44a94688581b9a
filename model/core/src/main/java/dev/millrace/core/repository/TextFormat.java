package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads protobuf's <a href="https://protobuf.dev/reference/protobuf/textformat-spec/">text
 * format</a> without knowing the messages' types; so a field may have any name, and what it holds
 * is checked when it is asked for. Names in brackets, which are those of extensions, are refused.
 */
final class TextFormat {

  /** As deep as protobuf's own readers go. */
  private static final int MAX_DEPTH = 100;

  private static final int END = -1;
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
  private static final Pattern VALUE = Pattern.compile("\\.?\\w[\\w.]*(?:(?<=[eE])[+-]\\w+)?");
  private static final Pattern ESCAPE =
      Pattern.compile(
          "(?<letter>[abfnrtv?\\\\'\"])|(?<octal>[0-3]?[0-7]{1,2})|[xX](?<byte>\\p{XDigit}{1,2})"
              + "|u(?<short>\\p{XDigit}{4})|U(?<long>\\p{XDigit}{8})");
  private static final String LETTERS = "abfnrtv?\\'\"";
  private static final String MEANINGS = "\u0007\b\f\n\r\t\u000b?\\'\"";

  private final Path file;
  private final String text;
  private int at;
  private int line = 1;
  private int depth;

  private TextFormat(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Reads a file, which holds the fields of one message.
   *
   * @throws ModelException if it cannot be read, or breaks the format's rules; the message names
   *     the file and the line
   */
  static TextMessage read(Path file) {
    try {
      return new TextFormat(file, Files.readString(file)).message(END);
    } catch (CharacterCodingException e) {
      throw new ModelException(file + " is not UTF-8 text; save it as such", e);
    } catch (IOException e) {
      throw new ModelException("cannot read " + file + " (" + e + "); see that it may be read", e);
    }
  }

  /** Reads fields up to the character that closes their message. */
  private TextMessage message(int close) {
    if (++depth > MAX_DEPTH) {
      throw problem("messages are more than " + MAX_DEPTH + " deep in each other");
    }
    TextMessage message = new TextMessage(file, line, new ArrayList<>(), new ArrayList<>());
    while (peek() != close) {
      field(message);
      if (!take(',')) {
        take(';');
      }
    }
    take(close);
    depth--;
    return message;
  }

  private void field(TextMessage message) {
    String name = token(NAME, "a field's name");
    boolean colon = take(':');
    if (!take('[')) {
      value(message, name, colon);
    } else if (!take(']')) {
      do {
        value(message, name, colon);
      } while (take(','));
      if (!take(']')) {
        throw unexpected("',' or ']'");
      }
    }
  }

  private void value(TextMessage message, String name, boolean colon) {
    if (take('{')) {
      message.nested().add(new TextMessage.Nested(name, message('}')));
    } else if (take('<')) {
      message.nested().add(new TextMessage.Nested(name, message('>')));
    } else if (colon) {
      message.scalars().add(scalar(name));
    } else {
      throw unexpected("':' or '{'");
    }
  }

  private TextMessage.Scalar scalar(String name) {
    boolean quoted = isQuote(peek());
    int first = line;
    String value = quoted ? string() : (take('-') ? "-" : "") + token(VALUE, "a value");
    return new TextMessage.Scalar(name, value, quoted, first);
  }

  /** Literals that follow each other are one string. */
  private String string() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (isQuote(peek())) {
      literal(bytes);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void literal(ByteArrayOutputStream bytes) {
    int quote = text.charAt(at++);
    while (true) {
      if (at == text.length() || text.charAt(at) == '\n') {
        throw problem("a string has no end");
      }
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      if (character == quote) {
        return;
      }
      if (character == '\\') {
        escape(bytes);
      } else {
        bytes.writeBytes(utf8(character));
      }
    }
  }

  /** Octal and hexadecimal escapes are bytes, {@code \}{@code u} and {@code \U} are characters. */
  private void escape(ByteArrayOutputStream bytes) {
    Matcher escape = match(ESCAPE);
    if (escape == null) {
      throw problem("a string has an escape that there is not; write a backslash as \\\\");
    }
    if (escape.group("letter") != null) {
      bytes.write(MEANINGS.charAt(LETTERS.indexOf(escape.group("letter"))));
    } else if (escape.group("octal") != null) {
      bytes.write(Integer.parseInt(escape.group("octal"), 8));
    } else if (escape.group("byte") != null) {
      bytes.write(Integer.parseInt(escape.group("byte"), 16));
    } else {
      boolean isShort = escape.group("short") != null;
      long character = Long.parseLong(escape.group(isShort ? "short" : "long"), 16);
      if (character > Character.MAX_CODE_POINT) {
        throw problem("a string has the escape of a character that there is not");
      }
      bytes.writeBytes(utf8((int) character));
    }
  }

  private static byte[] utf8(int character) {
    return Character.toString(character).getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isQuote(int character) {
    return character == '"' || character == '\'';
  }

  /** The next character that counts, or {@link #END}; white space and comments do not. */
  private int peek() {
    while (at < text.length()) {
      char character = text.charAt(at);
      if (character == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(character)) {
        line += character == '\n' ? 1 : 0;
        at++;
      } else {
        return character;
      }
    }
    return END;
  }

  private boolean take(int character) {
    if (character == END || peek() != character) {
      return false;
    }
    at++;
    return true;
  }

  private String token(Pattern pattern, String expected) {
    int ignored = peek();
    Matcher token = match(pattern);
    if (token == null) {
      throw unexpected(expected);
    }
    return token.group();
  }

  private Matcher match(Pattern pattern) {
    Matcher matcher = pattern.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    at = matcher.end();
    return matcher;
  }

  private ModelException unexpected(String expected) {
    int found = peek();
    return problem(
        (found == END ? "the file ends" : "there is '" + Character.toString(found) + "'")
            + " where "
            + expected
            + " belongs");
  }

  private ModelException problem(String problem) {
    return new ModelException(file + ", line " + line + ": " + problem);
  }
}
