package dev.millrace.core.training;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Proportion;
import java.util.Optional;

/**
 * The results of one epoch, a pass over the training images.
 *
 * @param epoch the epoch's number, from 1
 * @param learningRate the learning rate of the epoch's last step
 * @param loss mean cross-entropy of the epoch's batches during the training steps, in nats
 * @param accuracy share of the training images that the network classified correctly during the
 *     training steps, from 0 to 1. The class of a mixture of two images is the class of its larger
 *     part
 * @param heldOutLoss mean cross-entropy of the held-out images after the epoch, in nats. No
 *     training step sees the held-out images
 * @param heldOutAccuracy share of the held-out images that the network classifies correctly after
 *     the epoch, from 0 to 1
 * @param imagesPerSecond training speed, in images per second
 * @param images number of images in the epoch's training steps
 * @param heldOut all measures of the held-out images after the epoch, with their intervals; null in
 *     a run that was started by an earlier release
 */
public record EpochReport(
    int epoch,
    double learningRate,
    double loss,
    double accuracy,
    double heldOutLoss,
    double heldOutAccuracy,
    double imagesPerSecond,
    int images,
    Figures heldOut) {

  /**
   * {@return the share of the training images that the network classified correctly during the
   * training steps, with its interval; empty in a run that was started by an earlier release}
   */
  public Optional<Proportion> trained() {
    return images == 0
        ? Optional.empty()
        : Optional.of(Proportion.of((int) Math.round(accuracy * images), images));
  }
}
