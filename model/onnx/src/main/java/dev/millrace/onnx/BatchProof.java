package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Compares a model that takes 8-bit pixels with the untouched file that it was made from. The
 * untouched file answers three different images, one at a time. The other model must give each
 * image the same answer, whether the image is alone, in a batch of two or in a batch of {@value
 * #LARGEST}. Each batch is run in two orders. The images must differ, because a model that mixes
 * the rows of a batch would still answer a batch of equal images correctly.
 */
final class BatchProof {

  /**
   * The number of images in the largest test batch. By default, a CPU gets batches of at most this
   * size.
   */
  static final int LARGEST = 8;

  private final Preprocessing preprocessing;
  private final List<ByteBuffer> images;
  private final List<float[]> answers;
  private final Agreement agreement;

  /**
   * Runs the untouched file on the images.
   *
   * @param file the untouched file; its operators determine the expected rounding errors
   * @throws ModelException if the model does not run, or answers with a value that is not finite
   */
  BatchProof(OnnxFile file, ImageInput input, Preprocessing preprocessing, OriginalModel model) {
    this.preprocessing = preprocessing;
    this.images = SampleImages.different(preprocessing.width(), preprocessing.height());
    this.answers = images.stream().map(image -> model.scores(input, preprocessing, image)).toList();
    this.agreement = Agreement.of(answers, Rounding.of(file, input));
  }

  /**
   * Requires that a model for one image at a time gives the same answers as the untouched file.
   *
   * @param model an ONNX file that takes 8-bit pixels, and returns the scores as float32
   * @throws ModelException if an answer differs
   */
  void requireSingle(SerializedModel model) {
    difference(model, List.of(1), false)
        .ifPresent(
            difference -> {
              throw new ModelException(
                  "the prepared model's answers differ from the file's own ("
                      + difference
                      + "): export the model again, in evaluation mode and best in float32");
            });
  }

  /**
   * Compares a model for batches of any size with the untouched file.
   *
   * @param model an ONNX file that takes 8-bit pixels, and returns the scores as float32
   * @param rewritten whether the batch axis was rewritten. In this case, the answers to different
   *     images must differ by more than the tolerance, because otherwise the comparison proves
   *     nothing
   * @return the reason why the comparison fails; empty if the model answers each image of a batch
   *     as the untouched file does
   */
  Optional<String> failure(SerializedModel model, boolean rewritten) {
    return rewritten && !agreement.tellsApart()
        ? Optional.of("its answers to sample images are too similar to tell them apart")
        : difference(model, List.of(1, 2, largest()), rewritten);
  }

  /** Batches of very large images are smaller, so that they fit into memory. */
  private int largest() {
    int pixels = preprocessing.width() * preprocessing.height();
    return Math.max(images.size(), Math.min(LARGEST, (1 << 24) / pixels));
  }

  private Optional<String> difference(SerializedModel model, List<Integer> sizes, boolean strict) {
    try (OrtSession session = model.open(Device.CPU)) {
      for (int size : sizes) {
        for (List<Integer> batch : batches(size)) {
          Optional<String> difference = difference(session, batch, sizes.size() > 1, strict);
          if (difference.isPresent()) {
            return difference;
          }
        }
      }
      return Optional.empty();
    } catch (OrtException | ModelException e) {
      return Optional.of(
          "a batch does not run ("
              + (e instanceof ModelException ? OneLine.of(e.getMessage()) : OrtFailure.line(e))
              + ")");
    }
  }

  /**
   * {@return the batches to run, as lists of image indices: each image alone, or a batch of the
   * images in two orders}
   */
  private List<List<Integer>> batches(int size) {
    int different = images.size();
    if (size == 1) {
      return IntStream.range(0, different).mapToObj(List::of).toList();
    }
    List<Integer> forwards = IntStream.range(0, size).map(i -> i % different).boxed().toList();
    return List.of(forwards, forwards.stream().map(i -> different - 1 - i).toList());
  }

  /**
   * {@return the problem with the answer to a batch; empty if there is none}
   *
   * @param open whether the model takes batches of any size, so that the answer must have one row
   *     for each image
   */
  private Optional<String> difference(
      OrtSession session, List<Integer> batch, boolean open, boolean strict) throws OrtException {
    ByteBuffer pixels = ByteBuffer.allocateDirect(batch.size() * preprocessing.bytes());
    batch.forEach(image -> pixels.put(images.get(image).duplicate()));
    long[] shape = {
      batch.size(), preprocessing.height(), preprocessing.width(), Preprocessing.CHANNELS
    };
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtLibrary.environment(), pixels.rewind(), shape, OnnxJavaType.UINT8);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      OnnxTensor scores = (OnnxTensor) result.get(0);
      long[] rows = scores.getInfo().getShape();
      if (open && (rows.length < 2 || rows[0] != batch.size())) {
        return Optional.of(
            "it answers a batch of " + batch.size() + " with the shape " + Arrays.toString(rows));
      }
      return difference(scores.getFloatBuffer(), batch, strict);
    }
  }

  private Optional<String> difference(FloatBuffer scores, List<Integer> batch, boolean strict) {
    int row = answers.get(batch.get(0)).length;
    if (scores.remaining() != row * batch.size()) {
      return Optional.of(
          "a batch of "
              + batch.size()
              + " has "
              + scores.remaining()
              + " scores, not "
              + row * batch.size());
    }
    for (int i = 0; i < batch.size(); i++) {
      float[] actual = new float[row];
      scores.get(i * row, actual);
      float[] expected = answers.get(batch.get(i));
      boolean equal =
          strict ? agreement.isSameImage(expected, actual) : agreement.isRounding(expected, actual);
      if (!equal) {
        return Optional.of(
            batch.size() == 1
                ? "its scores for a sample image differ by "
                    + agreement.difference(expected, actual)
                : "an image's answer depends on the other images in its batch");
      }
    }
    return Optional.empty();
  }
}
