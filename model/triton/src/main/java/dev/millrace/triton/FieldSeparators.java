package dev.millrace.triton;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Replaces the commas and semicolons between the fields of a message with spaces. These separators
 * have no meaning, but protobuf's parser refuses a separator after a field that the schema does not
 * contain. For example, it would refuse {@code { name: "x", dims: 3 }} if the schema had no field
 * {@code name}. Every other character keeps its position, so that the lines and columns in error
 * messages are correct.
 */
final class FieldSeparators {

  private final StringBuilder text;
  private final Deque<Character> open = new ArrayDeque<>();
  private boolean afterField;

  private FieldSeparators(String text) {
    this.text = new StringBuilder(text);
  }

  static String blanked(String text) {
    return new FieldSeparators(text).blank();
  }

  private String blank() {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '#') {
        i = endOfComment(i);
      } else if (character == '"' || character == '\'') {
        i = endOfString(i);
        afterField = true;
      } else if (!Character.isWhitespace(character)) {
        take(i, character);
      }
    }
    return text.toString();
  }

  private void take(int at, char character) {
    switch (character) {
      case '{', '<', '[' -> {
        open.push(character);
        afterField = false;
      }
      case '}', '>', ']' -> {
        open.poll();
        afterField = true;
      }
      case ',', ';' -> {
        // A separator that follows no field is an error. This separator is kept, so that the parser
        // reports the error.
        if (afterField && !Character.valueOf('[').equals(open.peek())) {
          text.setCharAt(at, ' ');
        }
        afterField = false;
      }
      default -> afterField = true;
    }
  }

  private int endOfComment(int start) {
    int end = text.indexOf("\n", start);
    return end < 0 ? text.length() : end;
  }

  /**
   * {@return the index of the closing quote; if there is none, the index of the end of the line or
   * of the text}
   */
  private int endOfString(int start) {
    for (int i = start + 1; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '\\') {
        i++;
      } else if (character == text.charAt(start) || character == '\n') {
        return i;
      }
    }
    return text.length();
  }
}
