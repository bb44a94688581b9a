package dev.millrace.trainer.stream;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;

/**
 * Forwards a round's events to another listener, and remembers whether the round began and which
 * version it published last.
 */
final class RoundListener implements TrainingListener {

  private final TrainingListener listener;
  private boolean began;
  private Integer version;
  private Integer promoted;

  RoundListener(TrainingListener listener) {
    this.listener = listener;
  }

  /** {@return whether the round began} */
  boolean hasBegun() {
    return began;
  }

  /**
   * {@return the number of the version that the round published last; null if the round published
   * no version}
   */
  Integer version() {
    return version;
  }

  /**
   * {@return the number of the version that the round promoted last; null if the round promoted no
   * version}
   */
  Integer promoted() {
    return promoted;
  }

  @Override
  public void began(String run, int images, int heldOut, long done, long steps) {
    began = true;
    listener.began(run, images, heldOut, done, steps);
  }

  @Override
  public void stepped(long step, int images, double loss) {
    listener.stepped(step, images, loss);
  }

  @Override
  public void epochEnded(EpochReport report) {
    listener.epochEnded(report);
  }

  @Override
  public void exported(ModelVersion exported) {
    version = exported.version();
    listener.exported(exported);
  }

  @Override
  public void gateOpened(int images, double smallestGain) {
    listener.gateOpened(images, smallestGain);
  }

  @Override
  public void judged(Verdict verdict) {
    listener.judged(verdict);
  }

  @Override
  public void championMeasured(ChampionMeasure measure) {
    listener.championMeasured(measure);
  }

  @Override
  public void promoted(ModelVersion now) {
    promoted = now.version();
    listener.promoted(now);
  }

  @Override
  public void warned(String what) {
    listener.warned(what);
  }
}
