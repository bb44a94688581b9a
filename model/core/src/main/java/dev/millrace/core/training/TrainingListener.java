package dev.millrace.core.training;

import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.repository.ModelVersion;
import java.util.Optional;

/** Receives the events of a training, on the training's thread. */
public interface TrainingListener {

  /**
   * A training is about to begin or resume, and nothing has been computed yet.
   *
   * @param lineage everything that determines the training's result, with the number of epochs and
   *     batches that were done before an interruption
   */
  default void prepared(Lineage lineage) {}

  /**
   * A round of a training from topics is about to begin. The events of the round's training follow.
   *
   * @param round the round's number, from 1
   */
  default void roundBegan(int round) {}

  /**
   * The golden set is not the set of the earlier trainings in the run's folder. The training
   * continues with the new set.
   *
   * @param before the set of the earlier trainings
   * @param now the new set
   */
  default void goldenChanged(Fingerprint before, Fingerprint now) {}

  /**
   * A training begins or resumes.
   *
   * @param run the run's name
   * @param images number of images to train on
   * @param heldOut number of held-out images
   * @param done number of steps that were done before an interruption
   * @param steps total number of steps
   */
  void began(String run, int images, int heldOut, long done, long steps);

  /**
   * A step is done.
   *
   * @param step the step's number, from 1
   * @param images number of images in the step's batch
   * @param loss mean cross-entropy of the batch, in nats
   */
  void stepped(long step, int images, double loss);

  /**
   * An epoch is done.
   *
   * @param report the epoch's results
   */
  void epochEnded(EpochReport report);

  /**
   * A checkpoint was published in the repository.
   *
   * @param version the published version
   */
  void exported(ModelVersion version);

  /**
   * A run begins, and the gate will judge its checkpoints.
   *
   * @param images number of images in each comparison
   * @param smallestGain the smallest gain in accuracy, in percentage points, that a comparison can
   *     recognise as significant. The number holds for a candidate that is right on all images on
   *     which the champion is right
   */
  void gateOpened(int images, double smallestGain);

  /**
   * The gate has decided whether a checkpoint may be promoted. The checkpoint is published after
   * this call.
   *
   * @param verdict the gate's result
   */
  void judged(Verdict verdict);

  /**
   * The champion was measured on the newest images.
   *
   * @param measure the result
   */
  void championMeasured(ChampionMeasure measure);

  /**
   * A version was promoted. Every instance that follows the control topic will serve it.
   *
   * @param version the promoted version
   */
  void promoted(ModelVersion version);

  /**
   * A training from topics waits, or it no longer waits. Called often, also if nothing has changed.
   *
   * @param why the reason, in one line; empty if the training does not wait
   */
  default void waits(Optional<String> why) {}

  /**
   * The training skipped or postponed something.
   *
   * @param what a description in one line
   */
  void warned(String what);
}
