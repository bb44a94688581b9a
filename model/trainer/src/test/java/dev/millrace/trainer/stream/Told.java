package dev.millrace.trainer.stream;

import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records the listener's events as text. */
final class Told implements TrainingListener {

  final List<String> warnings = new ArrayList<>();

  /** Each new reason why the training waits; an empty text if it no longer waits. */
  final List<String> waits = new ArrayList<>();

  final List<String> rounds = new ArrayList<>();
  final List<ModelVersion> versions = new ArrayList<>();
  final List<Integer> begun = new ArrayList<>();
  final List<Fingerprint> goldenChanges = new ArrayList<>();

  @Override
  public void roundBegan(int round) {
    begun.add(round);
  }

  @Override
  public void goldenChanged(Fingerprint before, Fingerprint now) {
    goldenChanges.add(now);
  }

  @Override
  public void began(String run, int images, int heldOut, long done, long steps) {
    rounds.add(run + " on " + images + "+" + heldOut);
  }

  @Override
  public void stepped(long step, int images, double loss) {}

  @Override
  public void epochEnded(EpochReport report) {}

  @Override
  public void exported(ModelVersion version) {
    versions.add(version);
  }

  @Override
  public void gateOpened(int images, double smallestGain) {}

  @Override
  public void judged(Verdict verdict) {}

  @Override
  public void championMeasured(ChampionMeasure measure) {}

  @Override
  public void promoted(ModelVersion version) {}

  @Override
  public void waits(Optional<String> why) {
    String reason = why.orElse("");
    if (waits.isEmpty() || !waits.get(waits.size() - 1).equals(reason)) {
      waits.add(reason);
    }
  }

  @Override
  public void warned(String what) {
    warnings.add(what);
  }
}
