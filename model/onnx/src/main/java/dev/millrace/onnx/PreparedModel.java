package dev.millrace.onnx;

/**
 * A model file that takes 8-bit pixels and answers probabilities, and was seen to do so.
 *
 * @param bytes the ONNX file; the caller's to keep, nobody else holds it
 * @param input the model's own input behind the front, for example {@code input NCHW float32}
 * @param size side of its images, in pixels
 * @param classes number of its classes
 * @param opset version of ONNX's operator set that it is written in
 * @param softmaxAppended whether it answered logits, so that a softmax was added; else it answered
 *     probabilities by itself
 */
@SuppressWarnings("ArrayRecordComponent") // A file's content: never compared, never printed.
public record PreparedModel(
    byte[] bytes, String input, int size, int classes, long opset, boolean softmaxAppended) {

  /**
   * For example {@code input NCHW float32, 32x32 pixels, 10 classes, opset 13, softmax appended}.
   */
  @Override
  public String toString() {
    return input
        + ", "
        + size
        + "x"
        + size
        + " pixels, "
        + classes
        + " classes, opset "
        + opset
        + (softmaxAppended ? ", softmax appended" : ", softmax of its own");
  }
}
