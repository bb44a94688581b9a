package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.evaluation.Temperature;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.onnx.proto.ModelProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemperatureScalingTest {

  private static final int IMAGES = 3;
  private static final ByteBuffer PIXELS =
      SampleImages.noise(IMAGES, SmallModel.SIZE, SmallModel.SIZE);

  /** The model returns logits, probabilities or the logarithms of probabilities. */
  @ParameterizedTest
  @ValueSource(strings = {"Identity", "Softmax", "LogSoftmax"})
  void temperature_dividesTheLogits(String ending) {
    byte[] prepared =
        ModelPreparation.prepare(SmallModel.nchw().ending(ending).bytes(), PREPROCESSING, LABELS)
            .bytes();

    byte[] scaled = TemperatureScaling.apply(prepared, 2.5);

    assertThat(answers(scaled)).containsExactly(softened(2.5), within(1e-5f));
    assertThat(TemperatureScaling.of(scaled)).hasValue(2.5);
    assertThat(TemperatureScaling.of(prepared)).isEmpty();
  }

  @Test
  void secondTemperature_isMultiplied() {
    byte[] prepared =
        ModelPreparation.prepare(SmallModel.nchw().bytes(), PREPROCESSING, LABELS).bytes();

    byte[] scaled = TemperatureScaling.apply(TemperatureScaling.apply(prepared, 5), 0.5);

    assertThat(answers(scaled)).containsExactly(softened(2.5), within(1e-5f));
    assertThat(TemperatureScaling.of(scaled)).hasValue(2.5);
  }

  @Test
  void probabilitiesThatAreNotASoftmaxOfTheGraph_areScaledByTheirLogarithms() {
    byte[] onnx = SmallModel.nchw().ending(TemperatureScalingTest::softmaxInParts).bytes();
    byte[] prepared = ModelPreparation.prepare(onnx, PREPROCESSING, LABELS).bytes();

    byte[] twice = TemperatureScaling.apply(TemperatureScaling.apply(prepared, 5), 0.5);

    assertThat(answers(twice)).containsExactly(softened(2.5), within(1e-5f));
  }

  private static String softmaxInParts(SmallModel.Ending end) {
    String exp = end.node("Exp");
    String sum = end.graph().node("ReduceL1", "sum", List.of(exp), Attribute.integers("axes", 1));
    return end.graph().node("Div", "quotient", List.of(exp, sum));
  }

  @Test
  void independentClasses_areRefused() {
    byte[] prepared =
        ModelPreparation.prepare(
                ExportedModel.of(SmallModel.nchw().bytes()),
                PREPROCESSING,
                LABELS,
                null,
                new ScoreSettings(null, ScoreKind.INDEPENDENT))
            .bytes();

    assertThatThrownBy(() -> TemperatureScaling.apply(prepared, 2))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("independent classes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"warm", "", "0", "-1", "NaN", "Infinity"})
  void temperatureThatIsNoNumberAboveZero_isRefused(String text) throws IOException {
    byte[] prepared =
        ModelPreparation.prepare(SmallModel.nchw().bytes(), PREPROCESSING, LABELS).bytes();
    ModelProto.Builder marked = ModelProto.parseFrom(prepared).toBuilder();
    marked.addMetadataPropsBuilder().setKey("millrace.temperature").setValue(text);
    byte[] bytes = marked.build().toByteArray();
    String message = "millrace.temperature='" + text + "', which is no number above 0";

    assertThatThrownBy(() -> TemperatureScaling.of(bytes))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> TemperatureScaling.apply(bytes, 2))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void fileThatIsNotPrepared_isRefused() {
    assertThatThrownBy(() -> TemperatureScaling.apply(SmallModel.nchw().bytes(), 2))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("import it first");
  }

  private static float[] answers(byte[] prepared) {
    return Runs.once(prepared, PREPROCESSING, LABELS, PIXELS);
  }

  /** Returns the correct probabilities after their logits were divided by the temperature. */
  private static float[] softened(double temperature) {
    float[] plain = SmallModel.probabilities(PIXELS, IMAGES);
    float[] softened = new float[plain.length];
    for (int at = 0; at < plain.length; at += SmallModel.CLASSES) {
      float[] row = Arrays.copyOfRange(plain, at, at + SmallModel.CLASSES);
      System.arraycopy(
          Temperature.probabilities(Temperature.logits(row), temperature),
          0,
          softened,
          at,
          SmallModel.CLASSES);
    }
    return softened;
  }
}
