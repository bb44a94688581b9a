package dev.millrace.service.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The answer to a request.
 *
 * @param status the HTTP status code
 * @param type the media type of the body
 * @param body the body, which must not be changed
 * @param headers further headers
 */
record HttpAnswer(int status, String type, byte[] body, Map<String, String> headers) {

  private static final ObjectMapper JSON = new ObjectMapper();

  HttpAnswer(int status, String type, byte[] body) {
    this(status, type, body, Map.of());
  }

  /** Returns an answer with a text as its body. */
  static HttpAnswer text(String type, String text) {
    return new HttpAnswer(200, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an answer with an object as its body, in JSON. */
  static HttpAnswer json(int status, Object value) {
    try {
      return new HttpAnswer(status, "application/json", JSON.writeValueAsBytes(value));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /** Returns this answer with further headers. */
  HttpAnswer with(Map<String, String> more) {
    return new HttpAnswer(status, type, body, more);
  }

  /** Returns an error in the form of the Open Inference Protocol. */
  static HttpAnswer error(int status, String message) {
    return json(status, Map.of("error", message));
  }
}
