package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.Attribute;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloatModelTest {

  private final SketchedNetwork network = new SketchedNetwork(19);

  /** PyTorch writes the dilations since operator set 19, even if all of them are 1. */
  @Test
  void averagePool_withDilationsOf1_runsOnIntegers() throws IOException, OrtException {
    byte[] prepared = withAveragePool(1);

    byte[] quantised = SketchedNetwork.quantised(prepared);

    assertThat(SketchedNetwork.optimised(quantised)).contains("QLinearAveragePool");
    assertThat(SketchedNetwork.difference(prepared, quantised)).isLessThan(0.05);
  }

  @Test
  void averagePool_withOtherDilations_isRefused() {
    byte[] prepared = withAveragePool(2);

    assertThatThrownBy(() -> FloatModel.of(prepared))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("AveragePool averagepool")
        .hasMessageEndingWith(
            " has dilations [2, 2], but ONNX Runtime's integer AveragePool has none: serve the"
                + " float32 version");
  }

  @Test
  void onlyConvolution_thatComputesTheLogits_isNamedAsTheReason() {
    String logits =
        network.node(
            "Conv",
            "image",
            network.weights(
                SketchedNetwork.CLASSES, 3, SketchedNetwork.SIZE, SketchedNetwork.SIZE));
    byte[] prepared = network.prepared(network.node("Flatten", logits));

    assertThatThrownBy(() -> FloatModel.of(prepared))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "the model has no layer that can be quantised: Conv "
                + logits
                + " stays in float32, because it computes the logits or has an unusual shape;"
                + " serve the float32 version");
  }

  private byte[] withAveragePool(int dilation) {
    String pool =
        network.node(
            "AveragePool",
            List.of(
                Attribute.integers("kernel_shape", 2, 2),
                Attribute.integers("strides", 2, 2),
                Attribute.integers("dilations", dilation, dilation)),
            network.stem());
    return network.prepared(network.head(network.block(pool)));
  }
}
