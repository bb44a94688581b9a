package dev.millrace.service.http.infer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.events.Probabilities;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The output of a request.
 *
 * @param datatype the datatype of the values
 * @param shape the number of images, and the number of values of each image
 * @param values the values, image by image: floats, or strings
 */
record OutputTensor(String datatype, List<Integer> shape, List<?> values) {

  /** Returns the probabilities of all classes. */
  static OutputTensor probabilities(List<float[]> answers) {
    List<Float> values = new ArrayList<>();
    for (float[] answer : answers) {
      for (float probability : answer) {
        values.add(probability);
      }
    }
    return new OutputTensor(InferRequest.FP32, shape(answers, values), values);
  }

  /**
   * Returns the most probable classes as strings {@code PROBABILITY:INDEX:LABEL}, as Triton's
   * extension for classifications defines them.
   *
   * @param k the number of classes for each image; if the model has fewer classes, all of them are
   *     returned
   */
  static OutputTensor classes(List<float[]> answers, List<String> labels, int k) {
    List<String> values = new ArrayList<>();
    for (float[] answer : answers) {
      for (int index : Probabilities.of(answer).top(k)) {
        values.add(answer[index] + ":" + index + ":" + labels.get(index));
      }
    }
    return new OutputTensor(InferRequest.BYTES, shape(answers, values), values);
  }

  private static List<Integer> shape(List<float[]> answers, List<?> values) {
    return List.of(answers.size(), values.size() / answers.size());
  }

  /** Returns the values in binary form. */
  byte[] binary() {
    return datatype.equals(InferRequest.FP32) ? floats() : strings();
  }

  private byte[] floats() {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> bytes.putFloat((Float) value));
    return bytes.array();
  }

  private byte[] strings() {
    return BytesTensor.write(
        values.stream().map(value -> ((String) value).getBytes(UTF_8)).toList());
  }
}
