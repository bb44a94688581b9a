package dev.millrace.service.http.infer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads the body of an inference request. Ignores fields and parameters that it does not know. Used
 * for one request, by one thread.
 */
public final class RequestReader {

  /** Limits the memory that the JSON takes in addition to the images. */
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(20)
          .maxTokenCount(20_000)
          .maxStringLength(10_000)
          .maxNameLength(1_000)
          .build();

  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final int MOST_SHOWN = 100;

  private final int most;
  private JsonNode id;
  private JsonNode parameters;
  private JsonNode output;
  private List<byte[]> images;

  private RequestReader(int most) {
    this.most = most;
  }

  /**
   * Reads a request.
   *
   * @param body the whole body
   * @param jsonLength the value of the header {@link InferRequest#JSON_LENGTH}; null without this
   *     header. If the value is 0, the body is one image, and the output is binary
   * @param most the largest number of images
   * @return the request
   * @throws RefusedRequestException if the body is not a request that can be answered
   */
  public static InferRequest read(byte[] body, String jsonLength, int most) {
    int json = jsonLength == null ? body.length : length(jsonLength, body.length);
    if (jsonLength != null && json == 0) {
      return wholeBody(body);
    }
    try (JsonParser parser = JSON.createParser(body, 0, json)) {
      return new RequestReader(most).read(parser, ByteBuffer.wrap(body, json, body.length - json));
    } catch (JsonProcessingException e) {
      throw RefusedRequestException.badRequest(
          "the body is not JSON that can be read: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static InferRequest wholeBody(byte[] body) {
    if (body.length == 0) {
      throw RefusedRequestException.badRequest("the body is empty; it should be an image");
    }
    return new InferRequest(null, List.of(body), 0, true);
  }

  private static int length(String jsonLength, int most) {
    try {
      int length = Integer.parseInt(jsonLength.strip());
      if (length >= 0 && length <= most) {
        return length;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number that is out of range
    }
    throw RefusedRequestException.badRequest(
        "the header "
            + InferRequest.JSON_LENGTH
            + " must be a number from 0 to the body's "
            + most
            + " bytes; it is '"
            + jsonLength
            + "'");
  }

  /** Returns a value as text for an error message, shortened if it is long. */
  static String shown(JsonNode value) {
    String text = value == null ? "missing" : value.toString();
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  private InferRequest read(JsonParser json, ByteBuffer binary) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw RefusedRequestException.badRequest("the body must be a JSON object");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "id" -> id = json.readValueAsTree();
        case "parameters" -> parameters = json.readValueAsTree();
        case "inputs" -> images = onlyInput(json, binary);
        case "outputs" -> output = onlyOutput(json.readValueAsTree());
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw RefusedRequestException.badRequest(
          "the JSON continues after its object; if images follow it, give the header "
              + InferRequest.JSON_LENGTH);
    }
    if (images == null) {
      throw RefusedRequestException.badRequest("the body has no \"inputs\"");
    }
    return new InferRequest(id(), images, classification(), isBinaryOutput());
  }

  private List<byte[]> onlyInput(JsonParser json, ByteBuffer binary) throws IOException {
    if (!json.isExpectedStartArrayToken() || json.nextToken() == JsonToken.END_ARRAY) {
      throw RefusedRequestException.badRequest("\"inputs\" must be an array of one input");
    }
    List<byte[]> read = new InputImages(binary, most).read(json);
    if (json.nextToken() != JsonToken.END_ARRAY) {
      throw RefusedRequestException.badRequest(
          "\"inputs\" must have one input, with all images of the call");
    }
    return read;
  }

  private static JsonNode onlyOutput(JsonNode outputs) {
    if (!outputs.isArray() || outputs.size() > 1) {
      throw RefusedRequestException.badRequest(
          "\"outputs\" must be an array of at most one output");
    }
    JsonNode output = outputs.get(0);
    if (output != null && !output.path("name").asText().equals(InferRequest.OUTPUT)) {
      throw RefusedRequestException.badRequest(
          "the only output is \""
              + InferRequest.OUTPUT
              + "\"; asked for "
              + shown(output.get("name")));
    }
    return output;
  }

  private String id() {
    if (id == null || id.isNull()) {
      return null;
    }
    if (!id.isTextual()) {
      throw RefusedRequestException.badRequest("\"id\" must be a string; it is " + shown(id));
    }
    return id.textValue();
  }

  private int classification() {
    JsonNode classes = parameter(output, "classification");
    if (classes == null) {
      return 0;
    }
    if (!classes.isIntegralNumber() || !classes.canConvertToInt() || classes.intValue() < 1) {
      throw RefusedRequestException.badRequest(
          "\"classification\" must be a number of classes, at least 1; it is " + shown(classes));
    }
    return classes.intValue();
  }

  /** The output's own parameter overrides the request's parameter. */
  private boolean isBinaryOutput() {
    JsonNode own = parameter(output, "binary_data");
    JsonNode binary =
        own != null || parameters == null ? own : parameters.get("binary_data_output");
    if (binary != null && !binary.isBoolean()) {
      throw RefusedRequestException.badRequest(
          "\"binary_data\" and \"binary_data_output\" must be true or false; one is "
              + shown(binary));
    }
    return binary != null && binary.booleanValue();
  }

  private static JsonNode parameter(JsonNode of, String name) {
    return of == null ? null : of.path("parameters").get(name);
  }
}
