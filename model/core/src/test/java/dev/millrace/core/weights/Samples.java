package dev.millrace.core.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small weights, and files that hold them. */
final class Samples {

  private Samples() {}

  static WeightTensor tensor(List<Integer> shape, float... values) {
    return new WeightTensor(shape, FloatBuffer.wrap(values));
  }

  static Weights weights() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    tensors.put("layer1.0.conv1.weight", tensor(List.of(2, 1, 1, 3), 1, -2, 3.5f, -0f, 5e-41f, 6));
    tensors.put("fc.bias", tensor(List.of(2), Float.NaN, Float.NEGATIVE_INFINITY));
    tensors.put("scale", tensor(List.of(), 7));
    tensors.put("none", tensor(List.of(3, 0)));
    return new Weights(tensors);
  }

  /** The bytes of a safetensors file. */
  static byte[] safetensors(String header, byte... values) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length + values.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(values)
        .array();
  }

  /** The bytes of an array in NumPy's format. */
  static byte[] npy(int version, String header, byte... values) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    byte[] length =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(text.length)
            .array();
    out.write(length, 0, version == 1 ? Short.BYTES : Integer.BYTES);
    out.write(text);
    out.write(values);
    return out.toByteArray();
  }

  /** Copies a test resource that NumPy 2.4.6 or safetensors 0.8.0 wrote. */
  static Path resource(String name, Path folder) throws IOException {
    try (InputStream in = Samples.class.getResourceAsStream(name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }
}
