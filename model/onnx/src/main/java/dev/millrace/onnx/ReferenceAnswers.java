package dev.millrace.onnx;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.core.runtime.ModelSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Images and the answers that a quantised model gave when it was made. A machine that loads the
 * model checks that the model gives these answers, because kernels for 8-bit integers may saturate
 * silently.
 *
 * @param pixels the images, each {@code uint8[height, width, 3]}
 * @param answers the scores for each image
 */
public record ReferenceAnswers(List<byte[]> pixels, List<float[]> answers) {

  /** The file's name in a version's folder. */
  public static final String FILE_NAME = "reference-answers.bin";

  /** Number of images. */
  public static final int IMAGES = 16;

  /**
   * The largest difference that rounding can cause between two scores for the same image. Layers in
   * float32 round differently on different processors, which can move an 8-bit integer by one.
   */
  public static final double BOUND = 0.05;

  /**
   * Copies the lists.
   *
   * @param pixels the images
   * @param answers the scores for each image
   */
  public ReferenceAnswers {
    pixels = List.copyOf(pixels);
    answers = List.copyOf(answers);
  }

  /**
   * Runs a model on images, and chooses {@value #IMAGES} of them. The margin of an image is the
   * lead of its best score over the second best score. The chosen images have the smallest margins
   * above twice {@link #BOUND}. Therefore, rounding cannot change their best class, but larger
   * errors can. If fewer images have a margin above this limit, images with smaller margins fill
   * the rest.
   *
   * @param session the quantised model
   * @param candidates the images to choose from, at least {@value #IMAGES}
   * @return the images and the model's answers
   */
  public static ReferenceAnswers of(ModelSession session, List<byte[]> candidates) {
    record Answered(byte[] pixels, float[] scores, double margin) {
      double rank() {
        return margin > 2 * BOUND ? margin : 2 - margin;
      }
    }
    List<Answered> chosen =
        candidates.stream()
            .map(image -> new Answered(image, run(session, image), 0))
            .map(each -> new Answered(each.pixels, each.scores, margin(each.scores)))
            .sorted(Comparator.comparingDouble(Answered::rank))
            .limit(IMAGES)
            .toList();
    return new ReferenceAnswers(
        chosen.stream().map(Answered::pixels).toList(),
        chosen.stream().map(Answered::scores).toList());
  }

  private static double margin(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted.length == 1 ? 1 : sorted[sorted.length - 1] - sorted[sorted.length - 2];
  }

  /**
   * {@return the file's bytes} For each image, they contain the pixels, then the scores as
   * little-endian float32.
   */
  public byte[] bytes() {
    int each = pixels.get(0).length + answers.get(0).length * Float.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(each * pixels.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < pixels.size(); i++) {
      bytes.put(pixels.get(i));
      for (float score : answers.get(i)) {
        bytes.putFloat(score);
      }
    }
    return bytes.array();
  }

  /**
   * Writes the file {@value #FILE_NAME}.
   *
   * @param folder the folder to write it to
   * @return a map from the file's name to the file, for {@link
   *     dev.millrace.core.repository.ModelFiles}
   * @throws IOException if it cannot be written
   */
  public Map<String, WeightFile> write(Path folder) throws IOException {
    Path file = Files.write(folder.resolve(FILE_NAME), bytes());
    return Map.of(FILE_NAME, new WeightFile(file, Sha256.of(file)));
  }

  /**
   * Reads a file.
   *
   * @param file the file
   * @param size number of bytes of an image's pixels
   * @param classes number of scores of an image
   * @return the images and the answers
   * @throws ModelException if the file cannot be read or has another size
   */
  static ReferenceAnswers read(Path file, int size, int classes) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
    int each = size + classes * Float.BYTES;
    if (bytes.remaining() == 0 || bytes.remaining() % each != 0) {
      throw new ModelException(
          file + " does not hold images of this model: quantise the float32 version again");
    }
    List<byte[]> pixels = new ArrayList<>();
    List<float[]> answers = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] image = new byte[size];
      bytes.get(image);
      float[] scores = new float[classes];
      for (int i = 0; i < classes; i++) {
        scores[i] = bytes.getFloat();
      }
      pixels.add(image);
      answers.add(scores);
    }
    return new ReferenceAnswers(pixels, answers);
  }

  /**
   * Requires that a loaded model gives these answers, with differences of at most the bound. An
   * image then keeps its best class if the best score was more than twice the bound above the
   * second best. With many classes, all scores can be smaller than the bound. So an image whose
   * best score was at least twice the second best must keep its best class, too.
   *
   * @throws ModelException if a score differs by more than the bound, or if a clear best class
   *     changes
   */
  void require(ModelSession session, double bound) {
    for (int i = 0; i < pixels.size(); i++) {
      float[] expected = answers.get(i);
      float[] actual = run(session, pixels.get(i));
      double largest = largestDifference(expected, actual);
      if (!(largest <= bound)) { // true for NaN
        throw refusal(
            String.format(Locale.ROOT, "a score differs by %.3f, allowed is %.3f", largest, bound));
      }
      if (hasClearBest(expected) && best(actual) != best(expected)) {
        throw refusal(
            String.format(
                Locale.ROOT, "its best class is %d instead of %d", best(actual), best(expected)));
      }
    }
  }

  private static double largestDifference(float[] expected, float[] actual) {
    double largest = 0;
    for (int c = 0; c < expected.length; c++) {
      largest = Math.max(largest, Math.abs(expected[c] - actual[c]));
    }
    return largest;
  }

  private static boolean hasClearBest(float[] scores) {
    float best = scores[best(scores)];
    return margin(scores) >= best / 2;
  }

  private static int best(float[] scores) {
    int best = 0;
    for (int c = 1; c < scores.length; c++) {
      best = scores[c] > scores[best] ? c : best;
    }
    return best;
  }

  private static ModelException refusal(String difference) {
    return new ModelException(
        "the quantised model answers a calibration image differently on this processor ("
            + Processor.ofThisMachine()
            + ") than where it was made: "
            + difference
            + "; serve the float32 version, or quantise it again on this processor or with weights"
            + " of 7 bits (reduced range)");
  }

  private static float[] run(ModelSession session, byte[] image) {
    FloatBuffer scores =
        ByteBuffer.allocateDirect(session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    session.run(ByteBuffer.allocateDirect(image.length).put(image).rewind(), 1, scores);
    float[] answer = new float[session.classes()];
    scores.get(0, answer);
    return answer;
  }
}
