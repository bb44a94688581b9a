package dev.millrace.trainer;

import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Records a training's events. */
public class Heard implements TrainingListener {

  public final List<Long> steps = new ArrayList<>();
  public final List<Double> losses = new ArrayList<>();
  public final List<EpochReport> epochs = new ArrayList<>();
  public final List<ModelVersion> versions = new ArrayList<>();
  public final List<ChampionMeasure> measures = new ArrayList<>();
  public final List<Integer> gates = new ArrayList<>();
  public final List<Verdict> verdicts = new ArrayList<>();
  public final List<ModelVersion> promoted = new ArrayList<>();
  public final List<String> warnings = new ArrayList<>();
  public final List<Fingerprint> goldenChanges = new ArrayList<>();
  public long done;

  @Override
  public void goldenChanged(Fingerprint before, Fingerprint now) {
    goldenChanges.add(now);
  }

  @Override
  public void began(String run, int images, int heldOut, long doneBefore, long all) {
    done = doneBefore;
  }

  @Override
  public void stepped(long step, int images, double loss) {
    steps.add(step);
    losses.add(loss);
  }

  @Override
  public void epochEnded(EpochReport report) {
    epochs.add(report);
  }

  @Override
  public void exported(ModelVersion version) {
    versions.add(version);
  }

  @Override
  public void gateOpened(int images, double smallestGain) {
    gates.add(images);
  }

  @Override
  public void judged(Verdict verdict) {
    verdicts.add(verdict);
  }

  @Override
  public void championMeasured(ChampionMeasure measure) {
    measures.add(measure);
  }

  @Override
  public void promoted(ModelVersion version) {
    promoted.add(version);
  }

  @Override
  public void warned(String what) {
    warnings.add(what);
  }
}
