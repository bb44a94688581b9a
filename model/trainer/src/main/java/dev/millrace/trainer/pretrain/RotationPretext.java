package dev.millrace.trainer.pretrain;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.TrainingSet;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rotation prediction: the encoder and a last layer learn by which angle an image was rotated.
 * Gidaris, Singh and Komodakis, "Unsupervised Representation Learning by Predicting Image
 * Rotations" (2018). No step learns from the images that are held out to measure the accuracy.
 */
final class RotationPretext implements Pretext {

  private static final int ROTATIONS = RotationPrediction.ROTATIONS;

  private final TrainingSet learned;
  private final EvaluationSet statistics;
  private final EvaluationSet heldOut;
  private final Rotator rotator;
  private final TorchNetwork network;

  /**
   * @throws TrainingException if fewer than two images remain to learn from
   */
  RotationPretext(PretrainingConfig config, RotationPrediction method, PretrainingSet set) {
    HoldOut images = HoldOut.of(set.images());
    int bytes = config.preprocessing().bytes();
    this.learned =
        new TrainingSet(
            images.learned(),
            config.preprocessing(),
            new Sampling(config.optimization().batchSize(), false),
            method.augmentation(),
            config.seed());
    this.statistics = PretrainingSet.statistics(images.learned(), bytes);
    this.heldOut = new EvaluationSet(images.heldOut(), bytes);
    this.rotator = new Rotator(config.preprocessing().width());
    ResNet predictor = config.network().withClasses(ROTATIONS);
    this.network =
        new TorchNetwork(
            predictor,
            HeInitialization.of(predictor, config.seed()),
            List.of(),
            config.optimization(),
            config.preprocessing(),
            config.compute());
  }

  @Override
  public TorchNetwork network() {
    return network;
  }

  @Override
  public int size() {
    return learned.size();
  }

  @Override
  public int batchSize() {
    return learned.batchSize();
  }

  @Override
  public int batches() {
    return learned.batches();
  }

  @Override
  public Step step(int epoch, int batch, double learningRate) {
    MiniBatch rotated = rotator.all(learned.batch(epoch, batch));
    return new Step(network.step(rotated, learningRate).loss(), 0);
  }

  /**
   * {@return the accuracy on the held-out images, each of which has one rotation} The statistics of
   * the batch norms then belong to rotated images.
   */
  @Override
  public Measure measure(int epoch, double spread) {
    BatchNorms.estimate(network, visitor -> rotator.forEachBatch(statistics, visitor));
    int[] right = new int[1];
    rotator.forEachBatch(
        heldOut, batch -> right[0] += right(network.probabilities(batch), batch.labels()));
    return new Measure(null, Proportion.of(right[0], heldOut.size()), heldOut.size());
  }

  private static int right(FloatBuffer probabilities, int[] labels) {
    return (int)
        IntStream.range(0, labels.length)
            .filter(image -> mostProbable(probabilities, image) == labels[image])
            .count();
  }

  private static int mostProbable(FloatBuffer probabilities, int image) {
    int best = 0;
    for (int turns = 1; turns < ROTATIONS; turns++) {
      boolean better =
          probabilities.get(image * ROTATIONS + turns)
              > probabilities.get(image * ROTATIONS + best);
      best = better ? turns : best;
    }
    return best;
  }
}
