package dev.millrace.core.training;

import dev.millrace.core.repository.ModelVersion;

/** Hears how a training goes, on its thread. */
public interface TrainingListener {

  /**
   * A training begins, or goes on.
   *
   * @param run its name
   * @param images it trains on
   * @param heldOut images it does not
   * @param done steps that were done before it was interrupted
   * @param steps how many there are in all
   */
  void began(String run, int images, int heldOut, long done, long steps);

  /**
   * A step is done.
   *
   * @param step counted from 1
   * @param images in its batch
   * @param loss its mean cross-entropy, in nats
   */
  void stepped(long step, int images, double loss);

  /** A pass is done. */
  void epochEnded(EpochReport report);

  /** A checkpoint is in the repository. */
  void exported(ModelVersion version);

  /** The gate has judged a checkpoint, before it was published. */
  void judged(Verdict verdict);

  /** It serves from now on, wherever instances follow the control topic. */
  void promoted(ModelVersion version);

  /** Something was passed over, or put off; one line. */
  void warned(String what);
}
