package dev.millrace.trainer.pretrain;

import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.torch.EncoderNetwork;
import java.util.function.Consumer;

/** Computes the statistics of a network's batch norms anew. */
final class BatchNorms {

  private BatchNorms() {}

  /**
   * Estimates the statistics from images without random changes. The statistics from the training
   * steps belong to changed images and to older weights.
   *
   * @param images passes the images to a visitor, in batches
   */
  static void estimate(EncoderNetwork network, Consumer<EvaluationSet.Visitor> images) {
    int[] done = new int[1];
    images.accept(
        batch -> {
          if (done[0] == 0 || batch.size() > 1) { // One image has no variance.
            network.estimateStatistics(batch, done[0]);
          }
          done[0] += batch.size();
        });
  }
}
