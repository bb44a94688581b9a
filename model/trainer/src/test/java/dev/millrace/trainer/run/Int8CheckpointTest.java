package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Int8CheckpointTest {

  private static final int CLASSES = 10;
  private static final int JUDGING = 300;
  private static final Labels LABELS =
      new Labels(IntStream.range(0, CLASSES).mapToObj(i -> "c" + i).toList());

  private final Pixels pixels = new Pixels(Configs.PREPROCESSING, 1 << 24);
  private final List<String> warnings = new ArrayList<>();

  /** An image, and the probabilities of the float32 model. */
  private record Answered(byte[] png, float[] probabilities) {

    int answer() {
      return Evaluation.mostProbable(probabilities);
    }

    /** Returns by how much the answer is more probable than the second class. */
    float margin() {
      float[] sorted = probabilities.clone();
      Arrays.sort(sorted);
      return sorted[CLASSES - 1] - sorted[CLASSES - 2];
    }
  }

  @AfterEach
  void close() {
    pixels.close();
  }

  /**
   * The tuning shows no loss, because all training images have a class that float32 never gives.
   * The report's images have the classes that float32 gives.
   */
  @Test
  void checkpointThatLosesTooMuch_isFollowedByAMoreAccurateOne() throws IOException {
    byte[] prepared =
        ModelPreparation.prepare(
                ResNetOnnx.write(network(), withWideActivation()), Configs.PREPROCESSING, LABELS)
            .bytes();
    try (ModelSession plain =
        OnnxModelRuntime.open(prepared, Device.CPU, Configs.PREPROCESSING, LABELS)) {
      List<Answered> answered = new ArrayList<>(answered(plain, 2 * JUDGING));
      answered.sort(Comparator.comparing(image -> -image.margin()));
      TrainingImages images = images(answered);
      try (CalibratedModel float32 =
          CalibratedModel.of(prepared, plain, images, Configs.PREPROCESSING)) {

        Optional<Int8Checkpoint> int8 =
            Int8Checkpoint.of(
                prepared, float32, images, Configs.PREPROCESSING, warnings::add, System::nanoTime);

        assertThat(warnings).isEmpty();
        try (Int8Checkpoint checkpoint = int8.orElseThrow()) {
          assertThat(checkpoint.quantization().floatLayers()).hasSize(2);
          assertThat(checkpoint.quantization().judgement().loss()).isLessThanOrEqualTo(0.5);
        }
      }
    }
  }

  private static ResNet network() {
    return ResNet.of("resnet20").withSize(SmallImages.SIDE).withClasses(CLASSES);
  }

  /**
   * Draws weights with which one channel of an activation has values that are 10,000 times as large
   * as those of the others.
   */
  private static Weights withWideActivation() {
    Map<String, WeightTensor> tensors =
        new LinkedHashMap<>(HeInitialization.of(network(), 1).tensors());
    tensors.compute("layer2.1.bn1.weight", (name, scale) -> scaled(scale, i -> i == 0 ? 1e4 : 1));
    int kernel = 3 * 3;
    tensors.compute(
        "layer2.1.conv2.weight",
        (name, weight) -> {
          int channels = weight.shape().get(1);
          return scaled(weight, i -> i / kernel % channels == 0 ? 1e-4 : 1);
        });
    return new Weights(tensors);
  }

  private static WeightTensor scaled(WeightTensor tensor, IntToDoubleFunction factor) {
    FloatBuffer from = tensor.values();
    FloatBuffer to = FloatBuffer.allocate(tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      to.put(i, (float) (from.get(i) * factor.applyAsDouble(i)));
    }
    return new WeightTensor(tensor.shape(), to);
  }

  /** Uses the images with the largest margins for the report, and the others for the rest. */
  private TrainingImages images(List<Answered> answered) throws IOException {
    List<Integer> given = answered.stream().map(Answered::answer).toList();
    int never =
        IntStream.range(0, CLASSES).filter(i -> !given.contains(i)).findFirst().orElseThrow();
    List<Pixels.Image> report = new ArrayList<>();
    List<Pixels.Image> gate = new ArrayList<>();
    List<Pixels.Image> training = new ArrayList<>();
    for (int i = 0; i < answered.size(); i++) {
      Answered image = answered.get(i);
      if (i < JUDGING) {
        report.add(added(image.png, image.answer(), Part.REPORT));
      } else if (i % 2 == 0) {
        gate.add(added(image.png, image.answer(), Part.GATE));
      } else {
        training.add(added(image.png, never, Part.TRAINING));
      }
    }
    return new TrainingImages(LABELS, null, set(training), set(gate), set(report), pixels);
  }

  private EvaluationSet set(List<Pixels.Image> images) {
    return new EvaluationSet(images, pixels.bytes());
  }

  private Pixels.Image added(byte[] png, int label, Part part) throws IOException {
    String key = part + "-" + Arrays.hashCode(png);
    return pixels.add(new LabelledImage(key, label, key, part, () -> png));
  }

  private List<Answered> answered(ModelSession model, int count) throws IOException {
    List<Answered> answered = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] png = png(i);
      ByteBuffer image = ByteBuffer.allocateDirect(pixels.bytes());
      image.put(added(png, 0, Part.REPORT).pixels()).flip();
      FloatBuffer row =
          ByteBuffer.allocateDirect(CLASSES * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      model.run(image, 1, row);
      float[] probabilities = new float[CLASSES];
      row.get(0, probabilities);
      answered.add(new Answered(png, probabilities));
    }
    return answered;
  }

  /** Draws an image with its own colour and noise. */
  private static byte[] png(int seed) throws IOException {
    Random random = new Random(seed);
    BufferedImage image =
        new BufferedImage(SmallImages.SIDE, SmallImages.SIDE, BufferedImage.TYPE_INT_RGB);
    int colour = random.nextInt();
    for (int i = 0; i < SmallImages.SIDE * SmallImages.SIDE; i++) {
      image.setRGB(
          i % SmallImages.SIDE,
          i / SmallImages.SIDE,
          colour ^ (random.nextInt(1 << 24) & 0x3f3f3f));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
