package dev.millrace.service.http.infer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

  private static final int MOST = 4;
  private static final String OF_TWO =
      "{'inputs':[{'name':'image','shape':[2],'datatype':'BYTES',"
          + "'parameters':{'binary_data_size':%d}}]%s}";

  /** Returns JSON in which single quotes stand for double quotes. */
  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  private static InferRequest read(String json) {
    return RequestReader.read(json(json), null, MOST);
  }

  /**
   * Reads a request with images in base64. The arguments are the shape and the data of the input,
   * and further fields of the request.
   */
  private static InferRequest readBase64(String shape, String data, String more) {
    return read(
        "{'inputs':[{'name':'image','datatype':'BYTES','shape':"
            + shape
            + ",'parameters':{'content_type':'base64'},'data':"
            + data
            + "}]"
            + more
            + "}");
  }

  private static InferRequest readBinary(byte[] json, int length, byte[] binary) {
    return RequestReader.read(join(json, binary), Integer.toString(length), MOST);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    Arrays.asList(parts).forEach(joined::writeBytes);
    return joined.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static void assertRefused(Runnable read, String... saying) {
    assertThatThrownBy(read::run)
        .isInstanceOfSatisfying(
            RefusedRequestException.class, e -> assertThat(e.status()).isEqualTo(400))
        .message()
        .contains(saying);
  }

  @Test
  void imagesInBase64_areRead_whateverTheOrderOfTheFields() {
    InferRequest request =
        read(
            "{'outputs':[],'id':'a','model_name':{'x':[1]},'inputs':[{'data':['AQ==','AgM'],"
                + "'unknown':[[1]],'parameters':{'x':1,'content_type':'base64'},'shape':[2],"
                + "'datatype':'BYTES','name':'image'}],'parameters':{'priority':1}}");
    assertThat(request.images()).containsExactly(bytes(1), bytes(2, 3));
    assertThat(request.id()).isEqualTo("a");
    assertThat(request.classification()).isZero();
    assertThat(request.isBinaryOutput()).isFalse();
  }

  /** The limit for the length of the JSON's other strings does not apply to images. */
  @Test
  void imageInBase64_mayBeLarge() {
    byte[] image = new byte[3 << 20];
    new Random(1).nextBytes(image);
    String text = Base64.getEncoder().encodeToString(image);
    assertThat(readBase64("[1]", "['" + text + "']", "").images()).containsExactly(image);
  }

  @Test
  void binaryImages_followTheJson() {
    byte[] binary = bytes(1, 0, 0, 0, 7, 3, 0, 0, 0, 8, 9, 255);
    byte[] json = json(String.format(OF_TWO, binary.length, ""));
    InferRequest request = readBinary(json, json.length, binary);
    assertThat(request.images()).containsExactly(bytes(7), bytes(8, 9, 255));
    assertThat(request.id()).isNull();
  }

  @Test
  void bodyWithoutJson_isOneImage_andItsAnswerIsBinary() {
    InferRequest request = RequestReader.read(bytes(1, 2), "0", MOST);
    assertThat(request.images()).containsExactly(bytes(1, 2));
    assertThat(request.isBinaryOutput()).isTrue();
    assertRefused(() -> RequestReader.read(bytes(), "0", MOST), "the body is empty");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`,'outputs':[{'name':'probabilities'}]` | 0 | false",
        "`,'outputs':[{'name':'probabilities','parameters':{'binary_data':true}}]` | 0 | true",
        "`,'parameters':{'binary_data_output':true}` | 0 | true",
        "`,'parameters':{'binary_data_output':true},'outputs':[{'name':'probabilities','parameters':{'binary_data':false}}]` | 0 | false",
        "`,'outputs':[{'name':'probabilities','parameters':{'classification':3}}]` | 3 | false"
      })
  void output_isTheOneThatIsAskedFor(String outputs, int classification, boolean binary) {
    InferRequest request = readBase64("[1]", "['AQ==']", outputs);
    assertThat(request.classification()).isEqualTo(classification);
    assertThat(request.isBinaryOutput()).isEqualTo(binary);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`,'outputs':[{'name':'logits'}]` | the only output is \"probabilities\"; asked for \"logits\"",
        "`,'outputs':[{}]` | asked for missing",
        "`,'outputs':{'name':'probabilities'}` | must be an array of at most one output",
        "`,'outputs':[{'name':'probabilities'},{'name':'probabilities'}]` | at most one output",
        "`,'outputs':[{'name':'probabilities','parameters':{'classification':0}}]` | at least 1; it is 0",
        "`,'outputs':[{'name':'probabilities','parameters':{'classification':1.5}}]` | it is 1.5",
        "`,'outputs':[{'name':'probabilities','parameters':{'classification':9999999999}}]` | it is 9999999999",
        "`,'outputs':[{'name':'probabilities','parameters':{'binary_data':'yes'}}]` | must be true or false",
        "`,'parameters':{'binary_data_output':1}` | must be true or false",
        "`,'id':42` | \"id\" must be a string; it is 42"
      })
  void wrongRequest_isRefused(String more, String saying) {
    assertRefused(() -> readBase64("[1]", "['AQ==']", more), saying);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "[1] | `['AQ==','AQ==']` | `shape\" is [1], but it has 2 images`",
        "[3] | `['AQ==']` | `shape\" is [3], but it has 1 images`",
        "[-1] | `['AQ==']` | `shape\" is [-1], but it has 1 images`",
        "[1.5] | `['AQ==']` | shape\" is [1.5]",
        "[99999999999999999999] | `['AQ==']` | must be [n]",
        "[1,1] | `['AQ==']` | `must be [n], for n images; it is [1,1]`",
        "1 | `['AQ==']` | must be [n]",
        "null | `['AQ==']` | must be [n]",
        "[0] | [] | the input has no image",
        "[1] | `['']` | image 0 is empty",
        "[2] | `['AQ==','A*']` | image 1 is not base64",
        "[1] | `[['AQ==']]` | image 0 in \"data\" must be a string of base64",
        "[1] | [255] | image 0 in \"data\" must be a string of base64",
        "[1] | `'AQ=='` | \"data\" must be an array",
        "[5] | `['AQ==','AQ==','AQ==','AQ==','AQ==']` | more than 4 images",
      })
  void wrongImages_areRefused(String shape, String data, String saying) {
    assertRefused(() -> readBase64(shape, data, ""), saying);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`[]` | body must be a JSON object",
        "`` | body must be a JSON object",
        "`{` | not JSON that can be read",
        "`{'inputs':[{'name':'image'` | not JSON that can be read",
        "`{}` | the body has no \"inputs\"",
        "`{'inputs':{}}` | must be an array of one input",
        "`{'inputs':[]}` | must be an array of one input",
        "`{'inputs':[1]}` | must hold an object",
        "`{'inputs':[{'datatype':'BYTES'}]}` | must be \"image\"; it is missing",
        "`{'inputs':[{'name':'pixels'}]}` | must be \"image\"; it is \"pixels\"",
        "`{'inputs':[{'name':'image','datatype':'UINT8','shape':[1],'data':[1]}]}` | image 0 in \"data\" must be a string",
        "`{'inputs':[{'name':'image','datatype':'UINT8','shape':[1],'data':['AQ==']}]}` | must be \"BYTES\"; it is \"UINT8\"",
        "`{'inputs':[{'name':'image','datatype':'BYTES','shape':[1],'data':['AQ==']}]}` | \"parameters\": {\"content_type\": \"base64\"}",
        "`{'inputs':[{'name':'image','datatype':'BYTES','shape':[1]}]}` | neither \"data\" nor the parameter",
        "`{'inputs':[{'name':'image','name':'image'}]}` | Duplicate field 'name'",
        "`{'inputs':[{'name':'image','parameters':{'a':1,'a':2}}]}` | Duplicate field 'a'",
        "`{'id':'a','id':'b'}` | Duplicate field 'id'",
        "`{} {}` | continues after its object",
        "`{}x` | not JSON that can be read"
      })
  void wrongJson_isRefused(String json, String saying) {
    assertRefused(() -> read(json == null ? "" : json), saying);
  }

  @Test
  void secondInput_isRefused() {
    String input =
        "{'name':'image','datatype':'BYTES','shape':[1],"
            + "'parameters':{'content_type':'base64'},'data':['AQ==']}";
    assertRefused(() -> read("{'inputs':[" + input + "," + input + "]}"), "must have one input");
    assertRefused(
        () -> read("{'inputs':[" + input + "],'inputs':[" + input + "]}"),
        "Duplicate field 'inputs'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'x':", "{'inputs':[{'x':", "{'outputs':", "{'parameters':{'y':"})
  void deepJson_isRefused(String begin) {
    assertRefused(() -> read(begin + "[".repeat(100_000)), "nesting depth");
  }

  @Test
  void endlessJson_isRefused() {
    assertRefused(
        () -> read("{'x':[" + "1,".repeat(50_000) + "1]}"), "Token count", "exceeds the maximum");
    assertRefused(() -> read("{'id':'" + "a".repeat(20_000) + "'}"), "String value length");
    assertRefused(() -> read("{'" + "a".repeat(20_000) + "':1}"), "Name length");
  }

  @Test
  void longValue_isShortenedInTheError() {
    assertThatThrownBy(() -> read("{'inputs':[{'name':'" + "a".repeat(9_000) + "'}]}"))
        .message()
        .hasSizeLessThan(300)
        .endsWith("…");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "3", "99999999999", "2147483648", "x", "", "1.0", "0x1"})
  void lengthOfTheJson_mustLieWithinTheBody(String length) {
    assertRefused(
        () -> RequestReader.read(bytes('{', '}'), length, MOST),
        "must be a number from 0 to the body's 2 bytes; it is '" + length + "'");
  }

  @Test
  void binaryBytesWithoutTheHeader_areRefused() {
    byte[] binary = bytes(1, 0, 0, 0, 7, 1, 0, 0, 0, 8);
    byte[] json = json(String.format(OF_TWO, binary.length, ""));
    assertRefused(
        () -> RequestReader.read(join(json, binary), null, MOST), "10, but 0 bytes follow");
  }

  @Test
  void binarySize_mustBeThatOfTheBytesThatFollow() {
    byte[] binary = bytes(1, 0, 0, 0, 7, 1, 0, 0, 0, 8);
    for (int size : List.of(9, 11, -10)) {
      byte[] json = json(String.format(OF_TWO, size, ""));
      assertRefused(
          () -> readBinary(json, json.length, binary),
          "\"binary_data_size\" is " + size + ", but 10 bytes follow");
    }
    byte[] json = json(String.format(OF_TWO, 10, "").replace("10", "'10'"));
    assertRefused(() -> readBinary(json, json.length, binary), "is \"10\", but 10 bytes follow");
  }

  @Test
  void binaryImages_withWrongLengths_areRefused() {
    for (byte[] binary :
        List.of(
            bytes(1, 0, 0, 0, 7, 2, 0, 0, 0, 8),
            bytes(1, 0, 0, 0, 7, 255, 255, 255, 255, 8),
            bytes(1, 0, 0, 0, 7, 0, 0, 0, 128, 8))) {
      byte[] json = json(String.format(OF_TWO, binary.length, ""));
      assertRefused(
          () -> readBinary(json, json.length, binary), "image 1 should have ", "but only 1 follow");
    }
    byte[] cut = bytes(1, 0, 0, 0, 7, 1, 0, 0);
    byte[] json = json(String.format(OF_TWO, cut.length, ""));
    assertRefused(() -> readBinary(json, json.length, cut), "image 1 begins with 3 bytes");
  }

  @Test
  void binaryImages_mustBeAsManyAsTheShapeSays_andNoneEmpty() {
    byte[] one = bytes(1, 0, 0, 0, 7);
    byte[] ofOne = json(String.format(OF_TWO, one.length, ""));
    assertRefused(
        () -> readBinary(ofOne, ofOne.length, one), "\"shape\" is [2], but it has 1 images");
    byte[] empty = bytes(1, 0, 0, 0, 7, 0, 0, 0, 0);
    byte[] withEmpty = json(String.format(OF_TWO, empty.length, ""));
    assertRefused(() -> readBinary(withEmpty, withEmpty.length, empty), "image 1 is empty");
    byte[] many = new byte[1 << 20];
    byte[] ofMany = json(String.format(OF_TWO, many.length, ""));
    assertRefused(() -> readBinary(ofMany, ofMany.length, many), "more than 4 images");
  }

  @Test
  void dataAndBinaryBytes_areRefusedTogether() {
    byte[] json =
        json(
            "{'inputs':[{'name':'image','datatype':'BYTES','shape':[1],"
                + "'parameters':{'content_type':'base64'},'data':['AQ==']}]}");
    assertRefused(() -> readBinary(json, json.length, bytes(1)), "give one of them");
  }

  /** Damaged requests are refused with a reason, and never fail in another way. */
  @Test
  void damagedRequest_isReadOrRefused() {
    byte[] binary = bytes(1, 0, 0, 0, 7, 1, 0, 0, 0, 8);
    byte[] json = json(String.format(OF_TWO, binary.length, ",'id':'x'"));
    byte[] whole = join(json, binary);
    Random random = new Random(20261129);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = Arrays.copyOf(whole, whole.length - random.nextInt(3));
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      try {
        assertThat(RequestReader.read(damaged, "" + json.length, MOST).images()).isNotEmpty();
      } catch (RefusedRequestException e) {
        assertThat(e).message().isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isBetween(10_000, 19_999);
  }
}
