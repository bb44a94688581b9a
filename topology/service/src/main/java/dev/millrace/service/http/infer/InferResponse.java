package dev.millrace.service.http.infer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.repository.ModelVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer to a request.
 *
 * @param body the JSON, and after it the output's values if the request wants them in binary form
 * @param jsonLength the length of the JSON in bytes
 * @param isBinary whether binary values follow the JSON
 */
public record InferResponse(byte[] body, int jsonLength, boolean isBinary) {

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Creates the answer to a request.
   *
   * @param request the request
   * @param version the version that answered all images
   * @param answers one distribution for each image, {@code float32[classes]}
   * @return the answer
   */
  public static InferResponse of(
      InferRequest request, ModelVersion version, List<float[]> answers) {
    OutputTensor output =
        request.classification() > 0
            ? OutputTensor.classes(answers, version.manifest().labels(), request.classification())
            : OutputTensor.probabilities(answers);
    byte[] binary = request.isBinaryOutput() ? output.binary() : new byte[0];
    Map<String, Object> tensor = new LinkedHashMap<>();
    tensor.put("name", InferRequest.OUTPUT);
    tensor.put("datatype", output.datatype());
    tensor.put("shape", output.shape());
    if (request.isBinaryOutput()) {
      tensor.put("parameters", Map.of("binary_data_size", binary.length));
    } else {
      tensor.put("data", output.values());
    }
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("model_name", version.name());
    response.put("model_version", Integer.toString(version.version()));
    if (request.id() != null) {
      response.put("id", request.id());
    }
    response.put("outputs", List.of(tensor));
    return join(json(response), binary, request.isBinaryOutput());
  }

  private static InferResponse join(byte[] json, byte[] binary, boolean isBinary) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(json.length + binary.length);
    body.writeBytes(json);
    body.writeBytes(binary);
    return new InferResponse(body.toByteArray(), json.length, isBinary);
  }

  private static byte[] json(Map<String, Object> response) {
    try {
      return JSON.writeValueAsBytes(response);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }
}
