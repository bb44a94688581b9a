package dev.millrace.trainer.pretrain;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.PretrainingReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Records a pre-training's events. */
class HeardPretraining implements PretrainingListener {

  final List<Long> steps = new ArrayList<>();
  final List<PretrainingReport> epochs = new ArrayList<>();
  final List<Proportion> untrained = new ArrayList<>();
  final List<Integer> written = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();
  long done;
  int images;
  int judged;

  @Override
  public void began(String run, int all, int judgedOnes, long doneBefore, long allSteps) {
    images = all;
    judged = judgedOnes;
    done = doneBefore;
  }

  @Override
  public void untrained(Proportion neighbours, int judgedOnes) {
    untrained.add(neighbours);
  }

  @Override
  public void stepped(long step, int batch, double loss) {
    steps.add(step);
  }

  @Override
  public void epochEnded(PretrainingReport report) {
    epochs.add(report);
  }

  @Override
  public void written(Path file, int count) {
    written.add(count);
  }

  @Override
  public void warned(String what) {
    warnings.add(what);
  }
}
