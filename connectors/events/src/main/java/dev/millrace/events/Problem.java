package dev.millrace.events;

import com.fasterxml.jackson.core.JsonProcessingException;

/** Why a value could not be read, in the one line that a header or a message has room for. */
final class Problem {

  private Problem() {}

  static String of(Exception e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }
}
