package dev.millrace.trainer.stream;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.TrainingListener;

/**
 * Forwards a round's events to another listener, and remembers whether the round began and which
 * version it published last.
 */
final class RoundListener extends ForwardingListener {

  private boolean began;
  private Integer version;
  private Integer promoted;

  RoundListener(TrainingListener listener) {
    super(listener);
  }

  /** {@return whether the round began} */
  boolean hasBegun() {
    return began;
  }

  /**
   * {@return the number of the version in float32 that the round published last; null if the round
   * published no version}
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
    super.began(run, images, heldOut, done, steps);
  }

  @Override
  public void exported(ModelVersion exported) {
    if (exported.manifest().quantization() == null) { // the next round needs float32 weights
      version = exported.version();
    }
    super.exported(exported);
  }

  @Override
  public void promoted(ModelVersion now) {
    promoted = now.version();
    super.promoted(now);
  }
}
