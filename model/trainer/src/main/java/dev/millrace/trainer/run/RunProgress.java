package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import dev.millrace.trainer.torch.TorchNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a run is, and what its steps and epochs saw. For one thread. */
final class RunProgress {

  private final String run;
  private int epoch;
  private int batch;
  private double lossSum;
  private long right;
  private final List<EpochReport> history = new ArrayList<>();

  /**
   * @param name what a new run is called
   * @param before what was saved of a run to go on with, if there is one
   */
  RunProgress(String name, Optional<RunState> before) {
    run = before.map(RunState::run).orElse(name);
    before.ifPresent(
        state -> {
          epoch = state.epoch();
          batch = state.batch();
          lossSum = state.lossSum();
          right = state.right();
          history.addAll(state.history());
        });
  }

  /** The run's name. */
  String run() {
    return run;
  }

  /** The epoch to go on with, counted from 0. */
  int epoch() {
    return epoch;
  }

  /** The next batch of the epoch. */
  int batch() {
    return batch;
  }

  /** The epochs that ended. */
  List<EpochReport> history() {
    return List.copyOf(history);
  }

  /** A batch is done. */
  void stepped(TorchNetwork.Step step) {
    lossSum += step.loss();
    right += step.right();
    batch++;
  }

  /**
   * All batches of the epoch are done.
   *
   * @param images trained on in the whole epoch
   */
  EpochReport endEpoch(double learningRate, int images, HeldOut heldOut, double imagesPerSecond) {
    EpochReport report =
        new EpochReport(
            epoch + 1,
            learningRate,
            lossSum / batch,
            (double) right / images,
            heldOut.loss(),
            heldOut.accuracy(),
            imagesPerSecond);
    history.add(report);
    epoch++;
    batch = 0;
    lossSum = 0;
    right = 0;
    return report;
  }

  /** What is known by now, for a checkpoint's manifest. */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("epoch", (double) epoch);
    metrics.put("batch", (double) batch);
    if (!history.isEmpty()) {
      EpochReport last = history.get(history.size() - 1);
      metrics.put("train_loss", last.loss());
      metrics.put("train_accuracy", last.accuracy());
      metrics.put("held_out_loss", last.heldOutLoss());
      metrics.put("held_out_accuracy", last.heldOutAccuracy());
    }
    return metrics;
  }

  /**
   * What is saved, beside the tensors.
   *
   * @param options what the run was asked for
   */
  RunState state(Map<String, String> options, boolean finished) {
    return new RunState(
        run,
        options,
        epoch,
        batch,
        lossSum,
        right,
        history,
        RunFolder.tensorsOf(epoch, batch),
        finished);
  }
}
