package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * The untouched file of an exported model in ONNX Runtime. The prepared model must give the same
 * answers as this model.
 */
final class OriginalModel implements AutoCloseable {

  private final OrtSession session;
  private final String output;

  private OriginalModel(OrtSession session, String output) {
    this.session = session;
    this.output = output;
  }

  /**
   * Loads the file.
   *
   * @param output name of the output with the scores
   * @throws ModelException if the file cannot be loaded
   */
  static OriginalModel open(ExportedModel file, String output) {
    return new OriginalModel(file.open(), output);
  }

  /** {@return whether the model runs on one image of this layout} */
  boolean runs(ImageInput input, Preprocessing preprocessing) {
    try {
      run(
          input,
          preprocessing,
          SampleImages.noise(1, preprocessing.width(), preprocessing.height()));
      return true;
    } catch (OrtException e) {
      return false;
    }
  }

  /**
   * {@return the model's scores for one image, in the order in which the output holds them}
   *
   * @param pixels {@code uint8[1, height, width, 3]}
   * @throws ModelException if the model does not run
   */
  float[] scores(ImageInput input, Preprocessing preprocessing, ByteBuffer pixels) {
    try {
      return run(input, preprocessing, pixels);
    } catch (OrtException e) {
      throw new ModelException(
          "the model does not run on one image of "
              + preprocessing.size()
              + " pixels: "
              + OrtFailure.line(e)
              + "; export it for that size",
          e);
    }
  }

  private float[] run(ImageInput input, Preprocessing preprocessing, ByteBuffer pixels)
      throws OrtException {
    try (OnnxTensor image = new ReferenceImage(input, preprocessing).tensor(pixels);
        OrtSession.Result result = session.run(Map.of(input.name(), image), Set.of(output))) {
      if (!(result.get(0) instanceof OnnxTensor scores)) {
        throw new ModelException(
            "output "
                + OneLine.quoted(output)
                + " holds no tensor: export the model without its last step (ZipMap or similar),"
                + " so that it returns one score per class");
      }
      return floats(scores);
    }
  }

  private static float[] floats(OnnxTensor tensor) {
    if (tensor.getInfo().type == OnnxJavaType.UINT8 || tensor.getInfo().type == OnnxJavaType.INT8) {
      return levels(tensor);
    }
    FloatBuffer buffer = tensor.getFloatBuffer();
    if (buffer != null) {
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    }
    DoubleBuffer doubles = tensor.getDoubleBuffer();
    if (doubles == null) {
      throw new ModelException(
          "the model returns "
              + tensor.getInfo().type
              + ": export it without its last step (ArgMax or similar), so that it returns one"
              + " score per class");
    }
    float[] values = new float[doubles.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubles.get();
    }
    return values;
  }

  /** {@return the integers of a quantised output, not multiplied by its scale} */
  private static float[] levels(OnnxTensor tensor) {
    ByteBuffer bytes = tensor.getByteBuffer();
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      byte level = bytes.get();
      values[i] = tensor.getInfo().type == OnnxJavaType.INT8 ? level : Byte.toUnsignedInt(level);
    }
    return values;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new ModelException("the session cannot be closed: " + OrtFailure.line(e), e);
    }
  }
}
