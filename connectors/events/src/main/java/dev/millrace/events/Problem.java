package dev.millrace.events;

import com.fasterxml.jackson.core.JsonProcessingException;

/**
 * Describes in one line why a value could not be read. The line goes into a header or a message.
 */
final class Problem {

  private Problem() {}

  static String of(Exception e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }
}
