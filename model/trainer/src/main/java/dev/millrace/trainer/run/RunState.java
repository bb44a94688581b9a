package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import java.util.List;
import java.util.Map;

/**
 * The saved position of a run and its results so far. The weights and the optimiser's state are in
 * another file.
 *
 * @param run the run's name
 * @param options the run's options; a run resumes only if its options are unchanged
 * @param epoch the current epoch, from 0
 * @param batch the next batch of the epoch, from 0
 * @param lossSum sum of the losses of the epoch's batches so far
 * @param right number of images in the epoch's batches so far that were classified correctly
 * @param history the reports of the finished epochs
 * @param tensors name of the file that holds the weights and the optimiser's state
 * @param finished whether the run is complete
 * @param threads the largest number of threads that the run has used so far; 0 in a file of an
 *     earlier release
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
    boolean finished,
    int threads)
    implements RunFolder.Saved {

  RunState {
    options = Map.copyOf(options);
    history = List.copyOf(history);
  }
}
