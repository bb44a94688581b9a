package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchNetworkTest {

  private static final int CLASSES = 4;
  private static final int IMAGES = 8;
  private static final int SIDE = 32;

  /** In the first steps, the loss of a deep network also rises. */
  private static final int STEPS = 16;

  private static final double RATE = 0.002;
  private static final Optimization OPTIMIZATION = Optimization.of(1, IMAGES, RATE, Schedule.STEP);

  private static ResNet network(String name) {
    return ResNet.of(name).withClasses(CLASSES).withSize(SIDE);
  }

  private static TorchNetwork torch(ResNet network, Weights weights, String... freeze) {
    return torch(network, weights, OPTIMIZATION, freeze);
  }

  private static TorchNetwork torch(
      ResNet network, Weights weights, Optimization optimization, String... freeze) {
    return new TorchNetwork(
        network, weights, List.of(freeze), optimization, preprocessing(), Compute.cpu(2));
  }

  private static Preprocessing preprocessing() {
    return new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
  }

  private static MiniBatch batch() {
    Random random = new Random(1);
    byte[] pixels = new byte[IMAGES * SIDE * SIDE * 3];
    random.nextBytes(pixels);
    ByteBuffer buffer = ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
    return new MiniBatch(buffer, random.ints(IMAGES, 0, CLASSES).toArray());
  }

  /**
   * Trains one network for each stem and each kind of block; {@link TorchNetworkSuite} trains every
   * depth.
   */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet20", "resnet50"})
  void network_learnsAndIsExported(String name) {
    requireLearning(name);
  }

  static void requireLearning(String name) {
    ResNet network = network(name);
    try (TorchNetwork trained = torch(network, HeInitialization.of(network, 1))) {
      MiniBatch batch = batch();
      double first = trained.step(batch, RATE).loss();
      double last = 0;
      for (int i = 1; i < STEPS; i++) {
        last = trained.step(batch, RATE).loss();
      }
      assertThat(last).isLessThan(0.5 * first);

      FloatBuffer own = trained.probabilities(batch);
      FloatBuffer exported = exported(network, trained.weights(), batch);
      for (int i = 0; i < own.limit(); i++) {
        assertThat(exported.get(i)).isCloseTo(own.get(i), Offset.offset(1e-4f));
      }
    }
  }

  private static FloatBuffer exported(ResNet network, Weights weights, MiniBatch batch) {
    Labels labels = new Labels(List.of("a", "b", "c", "d"));
    byte[] prepared =
        ModelPreparation.prepare(ResNetOnnx.write(network, weights), preprocessing(), labels)
            .bytes();
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(IMAGES * CLASSES * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, preprocessing(), labels)) {
      session.run(batch.pixels(), IMAGES, probabilities);
    }
    return probabilities;
  }

  @Test
  void features_areTheInputOfTheLastLayer() {
    ResNet network = network("resnet20");
    Weights weights = HeInitialization.of(network, 1);
    try (TorchNetwork untrained = torch(network, weights)) {
      FloatBuffer features = untrained.features(batch());
      FloatBuffer probabilities = untrained.probabilities(batch());
      int width = features.limit() / IMAGES;
      for (int image = 0; image < IMAGES; image++) {
        double[] exponentials = new double[CLASSES];
        for (int label = 0; label < CLASSES; label++) {
          double logit = weights.get("fc.bias").values().get(label);
          for (int i = 0; i < width; i++) {
            logit +=
                weights.get("fc.weight").values().get(label * width + i)
                    * features.get(image * width + i);
          }
          exponentials[label] = Math.exp(logit);
        }
        double sum = Arrays.stream(exponentials).sum();
        for (int label = 0; label < CLASSES; label++) {
          assertThat(probabilities.get(image * CLASSES + label))
              .isCloseTo((float) (exponentials[label] / sum), Offset.offset(1e-4f));
        }
      }
    }
  }

  @Test
  void frozenPart_keepsWeightsAndStatistics_othersChange() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    try (TorchNetwork trained = torch(network, start, "stem", "layer1")) {
      trained.step(batch(), 0.1);
      Weights after = trained.weights();
      for (String name : start.names()) {
        boolean frozen =
            name.startsWith("conv1.") || name.startsWith("bn1.") || name.startsWith("layer1.");
        assertThat(after.get(name).values().equals(start.get(name).values()))
            .as(name)
            .isEqualTo(frozen);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Optimizer.Rule.class)
  void restored_goesOnAsIfNothingHappened(Optimizer.Rule rule) {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    Optimization averaged = OPTIMIZATION.with(new Optimizer(rule, 0.9, 1e-4, false, 1, 0.9));
    try (TorchNetwork one = torch(network, start, averaged);
        TorchNetwork other = torch(network, start, averaged)) {
      one.step(batch(), 0.1);
      other.restore(one.state(), 1);
      one.step(batch(), 0.1);
      other.step(batch(), 0.1);

      assertThat(other.weights()).isEqualTo(one.weights());
      assertThat(other.state()).isEqualTo(one.state());
    }
  }

  @Test
  void lossOfMixtures_countsBothLabels() {
    MiniBatch batch = batch();
    int[] others = new int[IMAGES];
    double one = loss(batch);
    double other = loss(new MiniBatch(batch.pixels(), others));

    assertThat(loss(new MiniBatch(batch.pixels(), batch.labels(), others, 0.3)))
        .isCloseTo(0.3 * one + 0.7 * other, Offset.offset(1e-5));
  }

  /**
   * Szegedy et al. (2016), section 7: a share of the target probability is spread equally over all
   * classes.
   */
  @Test
  void smoothedLoss_countsEachClassALittle() {
    double smoothing = 0.2;
    MiniBatch batch = batch();
    int[] others = new int[IMAGES];
    double one = loss(batch);
    double other = loss(new MiniBatch(batch.pixels(), others));
    double ofAll = 0;
    for (int label = 0; label < CLASSES; label++) {
      int[] labels = new int[IMAGES];
      Arrays.fill(labels, label);
      ofAll += loss(new MiniBatch(batch.pixels(), labels)) / CLASSES;
    }
    MiniBatch mixture = new MiniBatch(batch.pixels(), batch.labels(), others, 0.3);
    double mixed = 0.3 * one + 0.7 * other;

    assertThat(ofAll).isNotCloseTo(one, Offset.offset(0.05));
    assertThat(ofAll).isNotCloseTo(mixed, Offset.offset(0.05));
    assertThat(loss(batch, smoothing))
        .isCloseTo((1 - smoothing) * one + smoothing * ofAll, Offset.offset(1e-5));
    assertThat(loss(mixture, smoothing))
        .isCloseTo((1 - smoothing) * mixed + smoothing * ofAll, Offset.offset(1e-5));
  }

  /** Both labels of a mixture are right to some degree, so the label of the larger part counts. */
  @Test
  void accuracyOnMixtures_countsTheLabelOfTheLargerPart() {
    ResNet network = network("resnet20");
    MiniBatch batch = batch();
    int[] never = new int[IMAGES];
    Arrays.fill(never, CLASSES - 1);
    Weights start = withoutAnswer(CLASSES - 1, network, HeInitialization.of(network, 1));
    List<Integer> right = new ArrayList<>();
    for (double share : new double[] {1, 0.6, 0.4}) {
      try (TorchNetwork trained = torch(network, start)) {
        MiniBatch mixture = new MiniBatch(batch.pixels(), never, batch.labels(), share);
        right.add(trained.step(mixture, RATE).right());
      }
    }
    try (TorchNetwork trained = torch(network, start)) {
      int ofOthers = trained.step(batch, RATE).right();
      assertThat(ofOthers).isPositive();
      assertThat(right).containsExactly(0, 0, ofOthers);
    }
  }

  /** Returns weights with which the network never chooses the class {@code label}. */
  private static Weights withoutAnswer(int label, ResNet network, Weights weights) {
    FloatBuffer biases = FloatBuffer.allocate(network.classes()).put(label, -1e6f);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(weights.tensors());
    tensors.put("fc.bias", new WeightTensor(List.of(network.classes()), biases));
    return new Weights(tensors);
  }

  private static double loss(MiniBatch batch) {
    return loss(batch, 0);
  }

  private static double loss(MiniBatch batch, double smoothing) {
    ResNet network = network("resnet20");
    Optimization smoothed =
        new Optimization(
            OPTIMIZATION.epochs(),
            OPTIMIZATION.patience(),
            OPTIMIZATION.sampling(),
            OPTIMIZATION.learningRate(),
            OPTIMIZATION.optimizer(),
            smoothing,
            false);
    try (TorchNetwork trained = torch(network, HeInitialization.of(network, 1), smoothed)) {
      return trained.step(batch, RATE).loss();
    }
  }

  /**
   * The statistics contain the unbiased variance, which differs a little from the variance of the
   * batch.
   */
  @Test
  void estimatedStatistics_areThoseOfTheImages_forTheWeightsToServe() {
    ResNet network = network("resnet20");
    Optimization averaged =
        OPTIMIZATION.with(new Optimizer(Optimizer.Rule.SGD, 0.9, 1e-4, true, 0, 0.5));
    for (Optimization optimization : List.of(OPTIMIZATION, averaged)) {
      try (TorchNetwork trained = torch(network, HeInitialization.of(network, 1), optimization);
          TorchNetwork parts = torch(network, HeInitialization.of(network, 1), optimization)) {
        MiniBatch batch = batch();
        trained.step(batch, RATE);
        double before = loss(trained, batch);
        trained.estimateStatistics(batch, 0);
        double after = loss(trained, batch);
        Weights served = trained.weights();
        try (TorchNetwork copy = torch(network, served)) {
          double ofBatch = copy.step(batch, RATE).loss();
          assertThat(after).isCloseTo(ofBatch, Offset.offset(0.02));
          assertThat(before).isNotCloseTo(ofBatch, Offset.offset(0.2));
        }
        parts.step(batch, RATE);
        parts.estimateStatistics(batch, 0);
        parts.estimateStatistics(batch, IMAGES);
        assertThat(loss(parts, batch)).isCloseTo(after, Offset.offset(1e-4));
      }
    }
  }

  /**
   * Initial weights have batch norms with mean 0 and variance 1, like those of an exporter that
   * folds. The images of the step are those of the statistics, so the batch norms of a step
   * normalise as the served ones.
   */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet20"})
  void foldedNorms_getStatistics_withoutChangingTheAnswers(String name) {
    ResNet network = network(name);
    MiniBatch batch = batch();
    Optimization averaged =
        OPTIMIZATION.with(new Optimizer(Optimizer.Rule.SGD, 0.9, 1e-4, true, 0, 0.5));
    for (Optimization optimization : List.of(OPTIMIZATION, averaged)) {
      try (TorchNetwork folded = torch(network, HeInitialization.of(network, 1), optimization);
          TorchNetwork restored = torch(network, HeInitialization.of(network, 1), optimization)) {
        int norms = restored.restoreFoldedNorms(batch);
        double served = loss(folded, batch);

        assertThat(norms).isEqualTo(norms(network));
        assertThat(loss(restored, batch)).isCloseTo(served, Offset.offset(1e-4));
        assertThat(folded.step(batch, RATE).loss()).isNotCloseTo(served, Offset.offset(0.1));
        assertThat(restored.step(batch, RATE).loss()).isCloseTo(served, Offset.offset(1e-3));
        assertThat(restored.restoreFoldedNorms(batch)).isZero();
      }
    }
  }

  @Test
  void foldedNormsOfFrozenParts_stay() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    try (TorchNetwork trained = torch(network, start, "stem", "layer1")) {
      trained.restoreFoldedNorms(batch());
      Weights after = trained.weights();

      for (String norm : List.of("bn1", "layer1.0.bn1", "layer1.2.bn2")) {
        assertThat(after.get(norm + ".weight")).isEqualTo(start.get(norm + ".weight"));
        assertThat(after.get(norm + ".running_var")).isEqualTo(start.get(norm + ".running_var"));
      }
      assertThat(after.get("layer2.0.bn1.running_var"))
          .isNotEqualTo(start.get("layer2.0.bn1.running_var"));
    }
  }

  private static int norms(ResNet network) {
    return (int)
        network.parameters().stream()
            .filter(parameter -> parameter.name().endsWith(".running_mean"))
            .count();
  }

  private static double loss(TorchNetwork network, MiniBatch batch) {
    FloatBuffer probabilities = network.probabilities(batch);
    double sum = 0;
    for (int i = 0; i < IMAGES; i++) {
      sum -= Math.log(probabilities.get(i * CLASSES + batch.labels()[i]));
    }
    return sum / IMAGES;
  }

  /**
   * The second batch has other pixels but the same image numbers, which shows that the cache is
   * used.
   */
  @Test
  void onlyTheHeadLearns_fromFeaturesThatAreComputedOnce() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    String[] backbone = {"stem", "layer1", "layer2", "layer3"};
    int[] numbers = {7, 6, 5, 4, 3, 2, 1, 0};
    MiniBatch batch = batch();
    MiniBatch numbered = new MiniBatch(batch.source(), batch.labels(), numbers);
    MiniBatch black =
        new MiniBatch(
            new MiniBatch(ByteBuffer.allocateDirect(IMAGES * SIDE * SIDE * 3), batch.labels())
                .source(),
            batch.labels(),
            numbers);
    try (TorchNetwork cached = torch(network, start, backbone);
        TorchNetwork usual = torch(network, start, backbone)) {
      assertThat(cached.step(numbered, RATE).loss()).isEqualTo(usual.step(batch, RATE).loss());
      assertThat(cached.step(black, RATE).loss()).isEqualTo(usual.step(batch, RATE).loss());
      assertThat(cached.probabilities(black)).isEqualTo(usual.probabilities(batch));
      assertThat(cached.weights()).isEqualTo(usual.weights());
    }
  }

  @Test
  void otherLayersThatLearn_keepNoFeatures() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    MiniBatch batch = batch();
    MiniBatch numbered =
        new MiniBatch(batch.source(), batch.labels(), new int[] {0, 1, 2, 3, 4, 5, 6, 7});
    try (TorchNetwork one = torch(network, start, "stem", "layer1", "layer2");
        TorchNetwork other = torch(network, start, "stem", "layer1", "layer2")) {
      for (int i = 0; i < 2; i++) {
        assertThat(one.step(numbered, 0.1).loss()).isEqualTo(other.step(batch, 0.1).loss());
      }
    }
  }

  @Test
  void averagedWeights_areServed_andLagBehind() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    double share = 0.1;
    Optimization averaged =
        OPTIMIZATION.with(new Optimizer(Optimizer.Rule.SGD, 0.9, 1e-4, true, 0, share));
    try (TorchNetwork trained = torch(network, start, averaged)) {
      trained.step(batch(), 0.1);
      float before = start.get("fc.bias").values().get(0);
      float after = trained.state().get("weight").get("fc.bias").values().get(0);

      assertThat(trained.weights().get("fc.bias").values().get(0))
          .isNotEqualTo(after)
          .isCloseTo((float) (share * before + (1 - share) * after), Offset.offset(1e-6f));
    }
  }

  @Test
  void clippedGradients_areNoLongerThanTheLimit() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    Optimizer clipping = new Optimizer(Optimizer.Rule.SGD, 0, 0, true, 0.01, 0);
    try (TorchNetwork trained = torch(network, start, OPTIMIZATION.with(clipping))) {
      trained.step(batch(), 1);

      assertThat(distance(start, trained.weights(), network)).isCloseTo(0.01, Offset.offset(1e-4));
    }
  }

  private static double distance(Weights a, Weights b, ResNet network) {
    double squares = 0;
    for (Parameter parameter : network.parameters()) {
      for (int i = 0; parameter.trained() && i < parameter.count(); i++) {
        double apart =
            a.get(parameter.name()).values().get(i) - b.get(parameter.name()).values().get(i);
        squares += apart * apart;
      }
    }
    return Math.sqrt(squares);
  }
}
