package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.training.EpochReport;
import dev.millrace.trainer.torch.TorchNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The position of a run, and the results of its steps and epochs. Confined to one thread. */
final class RunProgress {

  private final String run;
  private final int threads;
  private int epoch;
  private int batch;
  private double lossSum;
  private long right;
  private final List<EpochReport> history = new ArrayList<>();

  /**
   * @param name the run's name; not used if there is a saved state, which contains the name
   * @param threads the number of threads
   * @param before the saved state of an interrupted run; empty for a new run
   */
  RunProgress(String name, int threads, Optional<RunState> before) {
    run = before.map(RunState::run).orElse(name);
    this.threads = Math.max(threads, before.map(RunState::threads).orElse(0));
    before.ifPresent(
        state -> {
          epoch = state.epoch();
          batch = state.batch();
          lossSum = state.lossSum();
          right = state.right();
          history.addAll(state.history());
        });
  }

  /** {@return the run's name} */
  String run() {
    return run;
  }

  /** {@return the largest number of threads that the run has used so far} */
  int threads() {
    return threads;
  }

  /** {@return the current epoch, from 0} */
  int epoch() {
    return epoch;
  }

  /** {@return the next batch of the epoch, from 0} */
  int batch() {
    return batch;
  }

  /** {@return the reports of the finished epochs} */
  List<EpochReport> history() {
    return List.copyOf(history);
  }

  /** Counts a finished batch. */
  void stepped(TorchNetwork.Step step) {
    lossSum += step.loss();
    right += step.right();
    batch++;
  }

  /**
   * Ends the epoch after its last batch.
   *
   * @param images number of images in all training steps of the epoch
   */
  EpochReport endEpoch(double learningRate, int images, Figures heldOut, double imagesPerSecond) {
    EpochReport report =
        new EpochReport(
            epoch + 1,
            learningRate,
            lossSum / batch,
            (double) right / images,
            heldOut.logLoss().value(),
            heldOut.top1().value(),
            imagesPerSecond,
            images,
            heldOut.overall());
    history.add(report);
    epoch++;
    batch = 0;
    lossSum = 0;
    right = 0;
    return report;
  }

  /** {@return the metrics of the run so far, for a checkpoint's manifest} */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = position(epoch, batch);
    if (!history.isEmpty()) {
      add(history.get(history.size() - 1), metrics);
    }
    return metrics;
  }

  /** {@return the metrics of an epoch, for a checkpoint's manifest} */
  static Map<String, Double> metrics(EpochReport report) {
    Map<String, Double> metrics = position(report.epoch(), 0);
    add(report, metrics);
    return metrics;
  }

  private static Map<String, Double> position(int epoch, int batch) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("epoch", (double) epoch);
    metrics.put("batch", (double) batch);
    return metrics;
  }

  private static void add(EpochReport report, Map<String, Double> metrics) {
    metrics.put("train_loss", report.loss());
    metrics.put("train_accuracy", report.accuracy());
    report
        .trained()
        .ifPresent(
            share -> metrics.putAll(Metrics.share("train_accuracy", share, report.images())));
    metrics.put("held_out_loss", report.heldOutLoss());
    metrics.put("held_out_accuracy", report.heldOutAccuracy());
    Figures heldOut = report.heldOut();
    if (heldOut != null) {
      metrics.putAll(Metrics.ends("held_out_loss", heldOut.logLoss()));
      metrics.putAll(Metrics.share("held_out_accuracy", heldOut.top1(), heldOut.n()));
    }
  }

  /**
   * {@return the state to save beside the tensors}
   *
   * @param options the options of the run
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
        finished,
        threads);
  }
}
