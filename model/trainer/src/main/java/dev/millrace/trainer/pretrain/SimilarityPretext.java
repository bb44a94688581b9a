package dev.millrace.trainer.pretrain;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.training.CollapsedException;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Pixels;
import dev.millrace.trainer.torch.SimSiamNetwork;
import java.util.List;
import java.util.Locale;

/**
 * SimSiam: the encoder learns to give two views of an image the same output. Chen and He,
 * "Exploring Simple Siamese Representation Learning" (2021).
 */
final class SimilarityPretext implements Pretext {

  private final ViewPairs pairs;
  private final int width;
  private final String folder;
  private final PretrainingListener listener;
  private final SimSiamNetwork network;

  /**
   * @param folder the run's folder, for messages
   * @param listener receives a warning if the training may collapse
   */
  SimilarityPretext(
      PretrainingConfig config,
      PretrainingMethod.Similarity method,
      List<Pixels.Image> images,
      String folder,
      PretrainingListener listener) {
    this.pairs =
        new ViewPairs(
            images,
            config.preprocessing(),
            config.optimization().batchSize(),
            method.views(),
            config.seed());
    this.width = method.layers().width();
    this.folder = folder;
    this.listener = listener;
    this.network =
        new SimSiamNetwork(
            config.network(),
            method.layers(),
            config.optimization(),
            config.seed(),
            config.preprocessing(),
            config.compute(),
            Encoder.weights(
                config.network(), HeInitialization.of(config.network(), config.seed())));
  }

  @Override
  public SimSiamNetwork network() {
    return network;
  }

  @Override
  public int size() {
    return pairs.size();
  }

  @Override
  public int batchSize() {
    return pairs.batchSize();
  }

  @Override
  public int batches() {
    return pairs.batches();
  }

  @Override
  public Step step(int epoch, int batch, double learningRate) {
    MiniBatch[] views = pairs.batch(epoch, batch);
    SimSiamNetwork.Step step = network.step(views[0], views[1], learningRate);
    double spread = Double.isFinite(step.loss()) ? Spread.of(step.outputs(), width) : 0;
    return new Step(step.loss(), spread);
  }

  /**
   * {@return the spread of the outputs}
   *
   * @throws CollapsedException if all images have nearly the same output
   */
  @Override
  public Measure measure(int epoch, double spread) {
    if (spread < Spread.COLLAPSED) {
      throw new CollapsedException(epoch, spread, folder);
    }
    if (spread < Spread.LOW) {
      listener.warned(
          String.format(
              Locale.ROOT,
              "the outputs are spread only to %.2f, and below %.1f the training has collapsed; if the"
                  + " spread falls further, start again with a lower learning rate or a larger batch"
                  + " size",
              spread,
              Spread.COLLAPSED));
    }
    return new Measure(spread, null, 0);
  }
}
