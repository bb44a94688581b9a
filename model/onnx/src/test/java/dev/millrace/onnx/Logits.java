package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.millrace.core.model.Device;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Runs ONNX files that take normalised images and return logits. Images and logits are both
 * float32, or both float16.
 */
final class Logits {

  private Logits() {}

  /**
   * Runs one batch.
   *
   * @param images normalised pixels, {@code [N, channels, size, size]}
   * @return the logits, {@code [N, classes]}
   */
  static float[] of(byte[] onnx, float[] images, int channels, int size) throws OrtException {
    long[] shape = {images.length / (channels * size * size), channels, size, size};
    try (OrtSession session = OrtSessions.open(onnx, Device.CPU)) {
      String input = session.getInputNames().iterator().next();
      TensorInfo type = (TensorInfo) session.getInputInfo().get(input).getInfo();
      try (OnnxTensor batch = tensor(images, shape, type.type);
          OrtSession.Result result = session.run(Map.of(input, batch))) {
        FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
        float[] answer = new float[logits.remaining()];
        logits.get(answer);
        return answer;
      }
    }
  }

  private static OnnxTensor tensor(float[] images, long[] shape, OnnxJavaType type)
      throws OrtException {
    FloatBuffer values = FloatBuffer.wrap(images);
    return type == OnnxJavaType.FLOAT16
        ? OnnxTensor.createTensor(
            OrtLibrary.environment(),
            Fp16Conversions.convertFloatBufferToFp16Buffer(values),
            shape,
            OnnxJavaType.FLOAT16)
        : OnnxTensor.createTensor(OrtLibrary.environment(), values, shape);
  }
}
