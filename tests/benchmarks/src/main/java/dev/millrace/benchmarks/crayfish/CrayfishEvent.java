package dev.millrace.benchmarks.crayfish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event of <a href="https://doi.org/10.48786/edbt.2024.58">Crayfish</a> (Horchidan and others,
 * EDBT 2024) with one data point. Crayfish writes events as JSON, and all numbers of the data point
 * as one text, in decimal notation and separated by commas. An answer is the event itself, with the
 * scores.
 *
 * @param creationTimestamp time at which the producer created the event, in ms since 1970
 * @param values the numbers of the data point
 * @param scores the network's output, or null if the event has no answer yet
 */
public record CrayfishEvent(long creationTimestamp, float[] values, float[] scores) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String CREATION = "creationTimestamp";
  private static final String POINTS = "dataPointSz1";
  private static final String LENGTH = "dataPointSz2";
  private static final String VALUES = "dataPoint";
  private static final String SCORES = "prediction";

  /** Creates an event without an answer. */
  public CrayfishEvent(long creationTimestamp, float[] values) {
    this(creationTimestamp, values, null);
  }

  /** Returns the answer to this event. */
  public CrayfishEvent answered(float[] answer) {
    return new CrayfishEvent(creationTimestamp, values, answer);
  }

  /** Returns the event as JSON. */
  public byte[] json() throws IOException {
    StringBuilder text = new StringBuilder(12 * values.length);
    for (float value : values) {
      text.append(value).append(',');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 256);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField(CREATION, creationTimestamp);
      json.writeNumberField(POINTS, 1);
      json.writeNumberField(LENGTH, values.length);
      json.writeStringField(VALUES, text.toString());
      json.writeStringField(SCORES, scores == null ? null : "[" + Arrays.toString(scores) + "]");
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /**
   * Returns the JSON of an event with another time of creation.
   *
   * @param json JSON that {@link #json} returned
   */
  public static byte[] createdAt(long creationTimestamp, byte[] json) {
    int comma = 0;
    while (json[comma] != ',') {
      comma++;
    }
    byte[] head =
        ("{\"" + CREATION + "\":" + creationTimestamp).getBytes(StandardCharsets.US_ASCII);
    byte[] event = Arrays.copyOf(head, head.length + json.length - comma);
    System.arraycopy(json, comma, event, head.length, json.length - comma);
    return event;
  }

  /**
   * Reads the JSON of an event without an answer.
   *
   * @throws IOException if {@code json} is not the JSON of an event with one data point
   */
  public static CrayfishEvent parse(byte[] json) throws IOException {
    long creation = 0;
    int length = -1;
    String text = null;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        switch (field) {
          case CREATION -> creation = parser.getLongValue();
          case LENGTH -> length = parser.getIntValue();
          case VALUES -> text = parser.getText();
          default -> parser.skipChildren();
        }
      }
    }
    if (text == null || length < 0) {
      throw new IOException("no field " + (text == null ? VALUES : LENGTH));
    }
    return new CrayfishEvent(creation, floats(text, length));
  }

  private static float[] floats(String text, int length) throws IOException {
    float[] values = new float[length];
    int begin = 0;
    for (int i = 0; i < length; i++) {
      int end = text.indexOf(',', begin);
      if (end < 0) {
        throw new IOException(VALUES + " has " + i + " numbers, and not " + length);
      }
      values[i] = Float.parseFloat(text.substring(begin, end));
      begin = end + 1;
    }
    return values;
  }
}
