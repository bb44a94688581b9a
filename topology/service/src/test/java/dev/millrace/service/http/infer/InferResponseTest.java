package dev.millrace.service.http.infer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InferResponseTest {

  private static final List<float[]> ANSWERS =
      List.of(new float[] {0.1f, 0.7f, 0.2f}, new float[] {Float.MIN_VALUE, 0f, 0.99999994f});

  private static InferResponse answer(String id, int classification, boolean binary) {
    InferRequest request =
        new InferRequest(id, List.of(new byte[1], new byte[1]), classification, binary);
    return InferResponse.of(request, PhotoVersions.version(3), ANSWERS);
  }

  private static JsonNode json(InferResponse response) throws IOException {
    return new ObjectMapper().readTree(response.body(), 0, response.jsonLength());
  }

  private static ByteBuffer binary(InferResponse response) {
    byte[] body = response.body();
    return ByteBuffer.wrap(Arrays.copyOfRange(body, response.jsonLength(), body.length))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void answer_isThatOfTheProtocol() {
    InferResponse response =
        InferResponse.of(
            new InferRequest("a", List.of(new byte[1]), 0, false),
            PhotoVersions.version(3),
            List.of(new float[] {0.25f, 0.5f}));
    assertThat(response.isBinary()).isFalse();
    assertThat(new String(response.body(), UTF_8))
        .isEqualTo(
            "{\"model_name\":\"photos\",\"model_version\":\"3\",\"id\":\"a\",\"outputs\":["
                + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[1,2],"
                + "\"data\":[0.25,0.5]}]}");
  }

  @Test
  void requestWithoutAnId_getsNone() throws IOException {
    assertThat(json(answer(null, 0, false)).has("id")).isFalse();
  }

  @Test
  void probabilities_areTheSameFloats_inJsonAndInBinary() throws IOException {
    JsonNode data = json(answer(null, 0, false)).at("/outputs/0/data");
    ByteBuffer floats = binary(answer(null, 0, true));
    assertThat(data).hasSize(6);
    for (int i = 0; i < 6; i++) {
      float wanted = ANSWERS.get(i / 3)[i % 3];
      assertThat(Float.parseFloat(data.get(i).asText())).isEqualTo(wanted);
      assertThat(floats.getFloat()).isEqualTo(wanted);
    }
    assertThat(floats.hasRemaining()).isFalse();
  }

  @Test
  void binaryAnswer_saysHowManyBytesFollow() throws IOException {
    InferResponse response = answer("a", 0, true);
    assertThat(response.isBinary()).isTrue();
    JsonNode output = json(response).at("/outputs/0");
    assertThat(output.at("/parameters/binary_data_size").intValue()).isEqualTo(24);
    assertThat(output.has("data")).isFalse();
    assertThat(output.get("shape").toString()).isEqualTo("[2,3]");
  }

  @Test
  void classification_isValueIndexAndLabel_mostProbableFirst() throws IOException {
    JsonNode output = json(answer(null, 2, false)).at("/outputs/0");
    assertThat(output.get("datatype").asText()).isEqualTo("BYTES");
    assertThat(output.get("shape").toString()).isEqualTo("[2,2]");
    assertThat(output.get("data").toString())
        .isEqualTo("[\"0.7:1:dög\",\"0.2:2:a:b\",\"0.99999994:2:a:b\",\"1.4E-45:0:cat\"]");
  }

  @Test
  void classification_hasAtMostAllClasses() throws IOException {
    JsonNode output = json(answer(null, Integer.MAX_VALUE, false)).at("/outputs/0");
    assertThat(output.get("shape").toString()).isEqualTo("[2,3]");
    assertThat(output.get("data")).hasSize(6);
  }

  @Test
  void classificationInBinary_hasLengthsInBytes() throws IOException {
    InferResponse response = answer(null, 1, true);
    ByteBuffer bytes = binary(response);
    assertThat(json(response).at("/outputs/0/parameters/binary_data_size").intValue())
        .isEqualTo(bytes.remaining());
    byte[] first = new byte[bytes.getInt()];
    bytes.get(first);
    assertThat(new String(first, UTF_8)).isEqualTo("0.7:1:dög");
  }
}
