package dev.millrace.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

  private static final byte[] ONE_AND_TWO = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40};

  @Test
  void tensors_inAnyOrderOfTheHeader_areReadInTheOrderOfTheirValues() throws IOException {
    Map<String, WeightTensor> tensors =
        read(
            """
            {"b": {"data_offsets": [4, 8], "dtype": "F32", "shape": [1, 1], "later": {}},
             "__metadata__": {"format": "pt"},
             "none": {"dtype": "I64", "shape": [0, 7], "data_offsets": [4, 4]},
             "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}    \
            """,
            ONE_AND_TWO);

    assertThat(tensors)
        .containsExactly(
            Map.entry("a", Samples.tensor(List.of(), 1)),
            Map.entry("none", Samples.tensor(List.of(0, 7))),
            Map.entry("b", Samples.tensor(List.of(1, 1), 2)));
  }

  @Test
  void weights_written_areWhatTheFormatSays() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Safetensors.write(new Weights(Map.of("fc.bias", Samples.tensor(List.of(2), 1, 2))), out);

    // The header is padded, so that the values begin at a multiple of eight bytes.
    assertThat(out.toByteArray())
        .isEqualTo(
            Samples.safetensors(
                "{\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}    ",
                ONE_AND_TWO));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]                 | not valid JSON of tensors
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}} {}            | continues after the last }
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}} x             | not valid JSON of tensors
          [1]                                                                         | does not begin with {
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "a": {}}      | Duplicate field 'a'
          {"a": {"dtype": "F32", "shape": [2], "shape": [2], "data_offsets": [0, 8]}} | Duplicate field 'shape'
          {"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 8]}}                | tensor 'a' is of F4, not one of [F64,
          {"a": {"dtype": "F32", "shape": [2]}}                                       | data_offsets
          {"a": {"dtype": "F32", "data_offsets": [0, 8]}}                             | shape
          {"a": {"shape": [2], "data_offsets": [0, 8]}}                               | dtype
          {"a": {"dtype": null, "shape": [2], "data_offsets": [0, 8]}}                | dtype
          {"a": {"dtype": "F32", "shape": null, "data_offsets": [0, 8]}}              | shape
          {"a": {"dtype": "F32", "shape": [null], "data_offsets": [0, 8]}}            | null
          {"a": {"dtype": "F32", "shape": ["2"], "data_offsets": [0, 8]}}             | coerce
          {"a": {"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]}}             | coerce
          {"a": {"dtype": "F32", "shape": [4294967298], "data_offsets": [0, 8]}}      | out of range
          {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}              | dimension below 0
          {"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}               | takes 12 bytes
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8]}}            | takes 8 bytes
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}              | takes 8 bytes
          {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}               | takes 8 bytes
          {"a": {"dtype": "U8", "shape": [1], "data_offsets": [9223372036854775807, -9223372036854775808]}} | not directly after the one before it
          {"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}              | within the 8 bytes
          {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}               | not directly after the one before it
          {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}               | its tensors end at byte 4
          {"a": {"dtype": "U8", "shape": [6], "data_offsets": [0, 6]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}} | not directly after the one before it
          {"a": null}                                                                 | 'a' in its header is not an object
          {"__metadata__": "pt"}                                                      | is not an object
          """)
  void header_thatBreaksARule_isRefused(String header, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(header, ONE_AND_TWO))
        .withMessageContaining(problem)
        .extracting(Throwable::getMessage, InstanceOfAssertFactories.STRING)
        .hasLineCount(1);
  }

  @Test
  void length_beyondTheFile_isRefusedBeforeMemoryIsTaken() {
    for (long length :
        new long[] {9, 99_999_999, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] file = Samples.safetensors("{}      ");
      ByteBuffer.wrap(file).putLong(0, Long.reverseBytes(length));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Safetensors.read(ByteBuffer.wrap(file)))
          .withMessageContaining(Long.toUnsignedString(length));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.read(ByteBuffer.wrap(new byte[7])))
        .withMessage("its 7 bytes hold no header");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(""))
        .withMessageContaining("does not begin with {");
  }

  @Test
  void header_nestedWithoutEnd_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("{\"__metadata__\":{\"a\":" + "[".repeat(100_000)))
        .withMessageContaining("not valid JSON of tensors");
  }

  private static Map<String, WeightTensor> read(String header, byte... values) throws IOException {
    return Safetensors.read(ByteBuffer.wrap(Samples.safetensors(header, values)));
  }
}
