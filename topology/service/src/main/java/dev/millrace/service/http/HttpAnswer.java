package dev.millrace.service.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The answer to a request.
 *
 * @param status HTTP's status
 * @param type the media type of the body
 * @param body the body, which nobody changes
 */
record HttpAnswer(int status, String type, byte[] body) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns a text as the answer. */
  static HttpAnswer text(String type, String text) {
    return new HttpAnswer(200, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an object as the answer. */
  static HttpAnswer json(int status, Object value) {
    try {
      return new HttpAnswer(status, "application/json", JSON.writeValueAsBytes(value));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /** Returns an error in the form of the Open Inference Protocol. */
  static HttpAnswer error(int status, String message) {
    return json(status, Map.of("error", message));
  }
}
