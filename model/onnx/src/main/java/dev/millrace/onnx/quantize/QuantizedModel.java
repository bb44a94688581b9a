package dev.millrace.onnx.quantize;

import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.onnx.ReferenceAnswers;
import java.util.List;

/**
 * A quantised model that has been loaded and run.
 *
 * @param bytes the ONNX file, prepared for serving like the float32 model; the caller owns the
 *     array
 * @param method how the ranges of the activations were chosen: {@code min-max}, {@code percentile}
 *     or {@code entropy}
 * @param layers number of convolutions and matrix products that run on 8-bit integers
 * @param floatLayers the convolutions and matrix products that stay in float32, by operator and
 *     name
 * @param canSaturate whether the sum of two products with the weights can exceed 16 bits. If so,
 *     processors without VNNI need slower kernels to return right answers
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
public record QuantizedModel(
    byte[] bytes, String method, int layers, List<String> floatLayers, boolean canSaturate) {

  /**
   * Copies the list.
   *
   * @param bytes the ONNX file
   * @param method how the ranges were chosen
   * @param layers number of layers that run on 8-bit integers
   * @param floatLayers the layers that stay in float32
   * @param canSaturate whether the sum of two products with the weights can exceed 16 bits
   */
  public QuantizedModel {
    floatLayers = List.copyOf(floatLayers);
  }

  /**
   * {@return the description of this model for its manifest}
   *
   * @param settings how the model was quantised
   * @param images the images that gave the ranges of the activations
   * @param judgement the comparison with the float32 model
   * @param speed the speed of both models
   */
  public Quantization quantization(
      Quantizer.Settings settings, CalibrationImages images, Judgement judgement, Speed speed) {
    return new Quantization(
        method,
        settings.reduceRange(),
        canSaturate,
        floatLayers,
        new Quantization.Calibration(images.pixels().size(), images.digest()),
        judgement,
        speed,
        new Quantization.Reference(
            ReferenceAnswers.FILE_NAME, ReferenceAnswers.IMAGES, ReferenceAnswers.BOUND));
  }
}
