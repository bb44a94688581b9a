package dev.millrace.core.training;

import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.repository.ModelVersion;
import java.util.Optional;

/** Forwards all events to another listener. A subclass overrides the events that matter to it. */
public abstract class ForwardingListener implements TrainingListener {

  private final TrainingListener next;

  /**
   * Creates a listener.
   *
   * @param next receives all events
   */
  protected ForwardingListener(TrainingListener next) {
    this.next = next;
  }

  @Override
  public void prepared(Lineage lineage) {
    next.prepared(lineage);
  }

  @Override
  public void roundBegan(int round) {
    next.roundBegan(round);
  }

  @Override
  public void goldenChanged(Fingerprint before, Fingerprint now) {
    next.goldenChanged(before, now);
  }

  @Override
  public void began(String run, int images, int heldOut, long done, long steps) {
    next.began(run, images, heldOut, done, steps);
  }

  @Override
  public void stepped(long step, int images, double loss) {
    next.stepped(step, images, loss);
  }

  @Override
  public void epochEnded(EpochReport report) {
    next.epochEnded(report);
  }

  @Override
  public void exported(ModelVersion version) {
    next.exported(version);
  }

  @Override
  public void gateOpened(int images, double smallestGain) {
    next.gateOpened(images, smallestGain);
  }

  @Override
  public void judged(Verdict verdict) {
    next.judged(verdict);
  }

  @Override
  public void championMeasured(ChampionMeasure measure) {
    next.championMeasured(measure);
  }

  @Override
  public void promoted(ModelVersion version) {
    next.promoted(version);
  }

  @Override
  public void waits(Optional<String> why) {
    next.waits(why);
  }

  @Override
  public void warned(String what) {
    next.warned(what);
  }
}
