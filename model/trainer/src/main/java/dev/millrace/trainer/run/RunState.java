package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import java.util.List;
import java.util.Map;

/**
 * How far a run has come, beside its tensors.
 *
 * @param run its name
 * @param options what it was asked for: another answer may not go on with it
 * @param epoch counted from 0
 * @param batch the next one of the epoch
 * @param lossSum of the epoch's batches so far
 * @param right images of them that were answered right
 * @param history the epochs before
 * @param tensors name of the file of weights and momentum
 * @param finished whether nothing is left to be done
 */
record RunState(
    String run,
    Map<String, String> options,
    int epoch,
    int batch,
    double lossSum,
    long right,
    List<EpochReport> history,
    String tensors,
    boolean finished) {

  RunState {
    options = Map.copyOf(options);
    history = List.copyOf(history);
  }
}
