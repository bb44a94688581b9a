package dev.millrace.service.http.infer;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the only input of a request: a tensor of images. The images are in the JSON as base64, or
 * follow it in their binary form. Base64 is decoded while the JSON is read, so that no string has
 * to hold it. Used for one request, by one thread.
 */
final class InputImages {

  private static final Base64Variant BASE64_DATA =
      Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();
  private static final String BASE64 = "base64";
  private static final String CONTENT_TYPE = "content_type";
  private static final String BINARY_SIZE = "binary_data_size";

  private final ByteBuffer binary;
  private final int most;
  private List<byte[]> data;
  private JsonNode name;
  private JsonNode datatype;
  private JsonNode shape;
  private JsonNode parameters;

  /**
   * @param binary the bytes after the JSON; may be empty
   * @param most the largest number of images
   */
  InputImages(ByteBuffer binary, int most) {
    this.binary = binary;
    this.most = most;
  }

  static RefusedRequestException tooMany(int most) {
    return RefusedRequestException.badRequest(
        "more than " + most + " images; a call may have as many as a batch of this version");
  }

  /**
   * Reads the input. The parser must be at the input's first token.
   *
   * @return the images, as many as the shape says
   * @throws RefusedRequestException if the input does not consist of images
   */
  List<byte[]> read(JsonParser json) throws IOException {
    if (!json.isExpectedStartObjectToken()) {
      throw RefusedRequestException.badRequest("\"inputs\" must hold an object");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> name = json.readValueAsTree();
        case "datatype" -> datatype = json.readValueAsTree();
        case "shape" -> shape = json.readValueAsTree();
        case "parameters" -> parameters = json.readValueAsTree();
        case "data" -> data = data(json);
        default -> json.skipChildren();
      }
    }
    return checked();
  }

  private List<byte[]> data(JsonParser json) throws IOException {
    if (!json.isExpectedStartArrayToken()) {
      throw RefusedRequestException.badRequest("\"data\" must be an array of strings");
    }
    List<byte[]> images = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      int index = images.size();
      if (index == most) {
        throw tooMany(most);
      }
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw RefusedRequestException.badRequest(
            "image " + index + " in \"data\" must be a string of base64");
      }
      try {
        images.add(json.getBinaryValue(BASE64_DATA));
      } catch (JsonProcessingException e) {
        throw RefusedRequestException.badRequest("image " + index + " is not base64");
      }
    }
    return images;
  }

  private List<byte[]> checked() {
    require(name, InferRequest.INPUT, "name");
    require(datatype, InferRequest.BYTES, "datatype");
    List<byte[]> images = data == null ? following() : inJson();
    if (shape == null || shape.size() != 1 || !shape.get(0).canConvertToInt()) {
      throw RefusedRequestException.badRequest(
          "the input's \"shape\" must be [n], for n images; it is " + RequestReader.shown(shape));
    }
    if (!shape.get(0).isIntegralNumber() || shape.get(0).intValue() != images.size()) {
      throw RefusedRequestException.badRequest(
          "the input's \"shape\" is "
              + RequestReader.shown(shape)
              + ", but it has "
              + images.size()
              + " images");
    }
    if (images.isEmpty()) {
      throw RefusedRequestException.badRequest("the input has no image");
    }
    for (int i = 0; i < images.size(); i++) {
      if (images.get(i).length == 0) {
        throw RefusedRequestException.badRequest("image " + i + " is empty");
      }
    }
    return images;
  }

  private static void require(JsonNode value, String wanted, String field) {
    if (value == null || !value.isTextual() || !value.textValue().equals(wanted)) {
      throw RefusedRequestException.badRequest(
          "the input's \""
              + field
              + "\" must be \""
              + wanted
              + "\"; it is "
              + RequestReader.shown(value));
    }
  }

  private JsonNode parameter(String name) {
    return parameters == null ? null : parameters.get(name);
  }

  private List<byte[]> inJson() {
    if (parameter(BINARY_SIZE) != null || binary.hasRemaining()) {
      throw RefusedRequestException.badRequest(
          "the input has \"data\" and binary values; give one of them");
    }
    JsonNode type = parameter(CONTENT_TYPE);
    if (type == null || !type.asText().equals(BASE64)) {
      throw RefusedRequestException.badRequest(
          "images in \"data\" must be base64; give the input"
              + " \"parameters\": {\"content_type\": \"base64\"}");
    }
    return data;
  }

  private List<byte[]> following() {
    JsonNode size = parameter(BINARY_SIZE);
    if (size == null) {
      throw RefusedRequestException.badRequest(
          "the input has neither \"data\" nor the parameter \"" + BINARY_SIZE + "\"");
    }
    if (!size.isIntegralNumber() || size.asLong() != binary.remaining()) {
      throw RefusedRequestException.badRequest(
          "the input's \""
              + BINARY_SIZE
              + "\" is "
              + RequestReader.shown(size)
              + ", but "
              + binary.remaining()
              + " bytes follow the JSON; the header "
              + InferRequest.JSON_LENGTH
              + " has the length of the JSON");
    }
    return BytesTensor.read(binary, most);
  }
}
