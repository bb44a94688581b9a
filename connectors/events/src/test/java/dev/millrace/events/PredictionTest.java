package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionTest {

  private static final Serde<Prediction> SERDE = Prediction.serde();
  private static final Probabilities DISTRIBUTION = Probabilities.of(0.0625f, 0.9375f);
  private static final String JSON =
      """
      {"id":"cats/1.jpg",\
      "model":{"name":"resnet20","version":3,"sha256":"ab12"},\
      "label":"cat","probability":0.9375,\
      "top":[{"index":1,"label":"cat","probability":0.9375}],\
      "probabilities":[0.0625,0.9375],\
      "source":{"topic":"images","partition":7,"offset":4200000000}}""";

  private static final String KIND =
      "\"kind\":\"independent\",\"label\":\"cat\",\"probability\":0.9375,";

  @Test
  void prediction_written_isJsonInTheDocumentedOrder() {
    assertThat(write(prediction("cat", DISTRIBUTION))).isEqualTo(JSON);
  }

  @Test
  void prediction_writtenWithoutProbabilities_hasNoSuchField() {
    assertThat(write(prediction("cat", null)))
        .isEqualTo(JSON.replace("\"probabilities\":[0.0625,0.9375],", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"a\"", "\"a\",\"größte Katze\""})
  void prediction_ofIndependentClasses_saysSoAndListsTheRightOnes(String labels) {
    String json =
        JSON.replace("\"label\":\"cat\",\"probability\":0.9375,\"top\"", KIND + "\"top\"")
            .replace("\"probabilities\"", "\"labels\":[" + labels + "],\"probabilities\"");

    Prediction prediction = read(json);

    assertThat(prediction.independent()).isTrue();
    assertThat(write(prediction)).isEqualTo(json);
    assertThat(write(read(JSON))).doesNotContain("kind", "labels");
    assertThat(read(JSON).independent()).isFalse();
  }

  @Test
  void prediction_ofAStoredImage_namesItsRevision() {
    String json = JSON.substring(0, JSON.length() - 1) + ",\"revision\":\"\\\"9b2cf535\\\"\"}";

    Prediction prediction = prediction("cat", DISTRIBUTION).withRevision("\"9b2cf535\"");

    assertThat(write(prediction)).isEqualTo(json);
    assertThat(read(json)).isEqualTo(prediction);
    assertThat(read(JSON).revision()).isNull();
    assertThat(prediction.withoutProbabilities().revision()).isEqualTo("\"9b2cf535\"");
    assertRefused(json.replace("\"revision\":\"", "\"revision\":7,\"x\":\""), "revision");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"kind\":\"exclusive\"                   | its field \"kind\" is not \"independent\"",
        "\"kind\":1                             | its field \"kind\" is not of type text",
        "\"kind\":\"independent\"                 | it has no field \"labels\"",
        "\"kind\":\"independent\",\"labels\":7    | its field \"labels\" is not of type array",
        "\"kind\":\"independent\",\"labels\":[7]  | its field \"labels\" is not of type text",
      })
  void prediction_ofAnUnknownKindOrWithoutLabels_isRefused(String fields, String problem) {
    assertRefused(JSON.replace("{\"id\"", "{" + fields + ",\"id\""), problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat",
        "größte Katze",
        "猫",
        "🐈\u200d⬛",
        "quote \" and \\ and \t",
        "half \ud83d",
        ""
      })
  void prediction_writtenAndRead_isTheSame(String label) {
    for (Probabilities probabilities : new Probabilities[] {DISTRIBUTION, null}) {
      Prediction prediction = prediction(label, probabilities);

      assertThat(read(write(prediction))).isEqualTo(prediction);
    }
  }

  @Test
  void probabilities_writtenAndRead_areTheSameToTheBit() {
    Random random = new Random(1);
    float[] values = new float[2000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.pow(random.nextFloat(), random.nextInt(40));
    }
    values[0] = Float.MIN_VALUE;
    Prediction prediction = prediction("cat", Probabilities.of(values));

    assertThat(read(write(prediction)).probabilities()).isEqualTo(prediction.probabilities());
  }

  @Test
  void probabilities_ofEverySize_areWrittenAsShortAsTheyCanBe() {
    assertThat(write(prediction("cat", Probabilities.of(1, 0, 0.1f, 1e-10f, Float.MIN_VALUE))))
        .contains("\"probabilities\":[1.0,0.0,0.1,1.0E-10,1.4E-45],");
  }

  @Test
  void prediction_thatIsNull_staysNull() {
    assertThat(SERDE.serializer().serialize("predictions", null)).isNull();
    assertThat(SERDE.deserializer().deserialize("predictions", null)).isNull();
  }

  @Test
  void prediction_withFieldsOfALaterRelease_isRead() {
    String later = JSON.replace("{\"id\"", "{\"later\":{\"id\":[1,{}]},\"id\"");

    assertThat(read(later)).isEqualTo(prediction("cat", DISTRIBUTION));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          "id":"cats/1.jpg"           | "id":null                  | id            | is not of type text
          "id":"cats/1.jpg"           | "id":1                     | id            | is not of type text
          "name":"resnet20"           | "name":["resnet20"]        | name          | is not of type text
          "version":3                 | "version":"x"              | version       | is not of type integer
          "version":3                 | "version":"3"              | version       | is not of type integer
          "version":3                 | "version":3.5              | version       | is not of type integer
          "version":3                 | "version":3000000000       | version       | is not of type integer
          "sha256":"ab12"             | "sha256":12                | sha256        | is not of type text
          "label":"cat","probability" | "label":null,"probability" | label         | is not of type text
          "probability":0.9375        | "probability":"0.9375"     | probability   | is not of type number
          "probability":0.9375        | "probability":1e99         | probability   | is not of type number
          "index":1                   | "index":true               | index         | is not of type integer
          "top":[{                    | "top":{"a":[{              | top           | is not of type array
          "top":[{                    | "top":[7,{                 | index         | it has no field
          [0.0625                     | [null                      | probabilities | is not of type number
          [0.0625,0.9375]             | null                       | probabilities | is not of type array
          "topic":"images"            | "topic":{}                 | topic         | is not of type text
          "partition":7               | "partition":null           | partition     | is not of type integer
          "offset":4200000000         | "offset":"42"              | offset        | is not of type integer
          "offset":4200000000         | "offset":1e30              | offset        | is not of type integer
          """)
  void prediction_withAWrongType_isRefused(
      String right, String wrong, String field, String problem) {
    String json = JSON.replace(right, wrong);
    if (wrong.contains("{\"a\":[")) {
      json = json.replace("}],", "}]},");
    }

    assertRefused(json, "\"" + field + "\"", problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "model",
        "name",
        "version",
        "sha256",
        "label",
        "probability",
        "top",
        "index",
        "source",
        "topic",
        "partition",
        "offset"
      })
  void prediction_withoutAField_isRefused(String field) {
    assertRefused(
        JSON.replace("\"" + field + "\":", "\"other\":"), "it has no field \"" + field + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "7", "[]", "{}", "\"text\"", "{", "\u0000", "PNG\r\nx"})
  void value_thatIsNoPrediction_isRefused(String value) {
    assertRefused(value, "topic predictions holds a value that is not a prediction (");
  }

  @Test
  void prediction_thatGoesOnOrEndsEarly_isRefused() {
    assertRefused(JSON + "{}", "not a prediction");
    for (int length = 0; length < JSON.length(); length++) {
      assertRefused(JSON.substring(0, length), "not a prediction");
    }
  }

  @Test
  void part_thatIsNull_isRefusedWhenMade() {
    Prediction whole = prediction("cat", null);

    assertNull(
        "label",
        () ->
            new Prediction(whole.id(), whole.model(), null, 1, whole.top(), null, whole.source()));
    assertNull("label", () -> new Prediction.Top(1, null, 1));
    assertNull("name", () -> new Prediction.Model(null, 1, "ab12"));
    assertNull("sha256", () -> new Prediction.Model("resnet20", 1, null));
    assertNull("topic", () -> new Prediction.Source(null, 0, 0));
  }

  private static void assertNull(String part, ThrowingCallable make) {
    assertThatThrownBy(make).isInstanceOf(NullPointerException.class).hasMessage(part);
  }

  private static Prediction prediction(String label, Probabilities probabilities) {
    return new Prediction(
        "cats/1.jpg",
        new Prediction.Model("resnet20", 3, "ab12"),
        label,
        0.9375f,
        List.of(new Prediction.Top(1, label, 0.9375f)),
        probabilities,
        new Prediction.Source("images", 7, 4_200_000_000L));
  }

  private static void assertRefused(String json, String... partsOfTheMessage) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(SerializationException.class)
        .hasMessageContainingAll(partsOfTheMessage)
        .message()
        .hasLineCount(1);
  }

  private static String write(Prediction prediction) {
    return new String(
        SERDE.serializer().serialize("predictions", prediction), StandardCharsets.UTF_8);
  }

  private static Prediction read(String json) {
    return SERDE.deserializer().deserialize("predictions", json.getBytes(StandardCharsets.UTF_8));
  }
}
