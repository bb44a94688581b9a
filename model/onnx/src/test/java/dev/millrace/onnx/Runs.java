package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Runs sessions on whole buffers. */
final class Runs {

  private Runs() {}

  /** Opens a prepared file on the CPU, runs one batch and closes the session. */
  static float[] once(
      byte[] prepared, Preprocessing preprocessing, Labels labels, ByteBuffer pixels) {
    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, preprocessing, labels)) {
      return run(session, pixels, pixels.capacity() / preprocessing.bytes());
    }
  }

  static float[] run(ModelSession session, ByteBuffer pixels, int images) {
    FloatBuffer probabilities = floats(images * session.classes());
    session.run(pixels, images, probabilities);
    float[] answer = new float[images * session.classes()];
    probabilities.get(0, answer);
    return answer;
  }

  static FloatBuffer floats(int length) {
    return ByteBuffer.allocateDirect(length * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).rewind();
  }

  static Labels labels(int classes) {
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    return new Labels(names);
  }
}
