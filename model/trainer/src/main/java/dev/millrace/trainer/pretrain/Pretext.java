package dev.millrace.trainer.pretrain;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.torch.EncoderNetwork;

/**
 * The task that an encoder learns from images without labels, with the network and the batches for
 * it. The seed, the epoch and the batch determine a step, so an interrupted epoch can resume at any
 * batch. Confined to one thread.
 */
interface Pretext extends AutoCloseable {

  /**
   * The results of a step, measured before the step changed the weights.
   *
   * @param loss the loss of the batch; not finite if the training has diverged
   * @param spread the {@link Spread} of the outputs; 0 if the task does not measure it
   */
  record Step(double loss, double spread) {}

  /**
   * The task's own measure after an epoch.
   *
   * @param spread the mean {@link Spread} of the steps, or null
   * @param rotations share of the held-out images whose rotation is predicted correctly, or null
   * @param rotated number of held-out images, or 0
   */
  record Measure(Double spread, Proportion rotations, int rotated) {}

  /** {@return the network, which {@link #close} closes} */
  EncoderNetwork network();

  /** {@return the number of images that the steps learn from} */
  int size();

  /** {@return the number of images per batch} */
  int batchSize();

  /** {@return the number of full batches per epoch} */
  int batches();

  /**
   * Does one training step.
   *
   * @param epoch the epoch, from 0
   * @param batch the batch in the epoch, from 0
   * @throws TrainingException if an image can no longer be read
   */
  Step step(int epoch, int batch, double learningRate);

  /**
   * {@return the task's own measure after an epoch} May change the statistics of the batch norms.
   *
   * @param epoch the epoch's number, from 1
   * @param spread the mean spread of the epoch's steps
   * @throws TrainingException if the measure shows that the training has failed
   */
  Measure measure(int epoch, double spread);

  @Override
  default void close() {
    network().close();
  }
}
