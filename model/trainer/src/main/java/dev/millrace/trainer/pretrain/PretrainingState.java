package dev.millrace.trainer.pretrain;

import dev.millrace.core.training.PretrainingReport;
import dev.millrace.trainer.run.RunFolder;
import java.util.Map;

/**
 * The saved position of a pre-training. The tensors are in another file.
 *
 * @param run the run's name
 * @param options the run's options; a run resumes only if its options are unchanged
 * @param epoch the current epoch, from 0
 * @param batch the next batch of the epoch, from 0
 * @param lossSum sum of the losses of the epoch's batches so far
 * @param spreadSum sum of the spreads of the epoch's batches so far; 0 if the method measures none
 * @param last the report of the last finished epoch, or null
 * @param tensors name of the file that holds the weights and the optimiser's state
 */
record PretrainingState(
    String run,
    Map<String, String> options,
    int epoch,
    int batch,
    double lossSum,
    double spreadSum,
    PretrainingReport last,
    String tensors)
    implements RunFolder.Saved {

  PretrainingState {
    options = Map.copyOf(options);
  }

  /** {@return the state of a run that has done no step} */
  static PretrainingState initial(String run, Map<String, String> options) {
    return at(run, options, 0, 0, 0, 0, null);
  }

  private static PretrainingState at(
      String run,
      Map<String, String> options,
      int epoch,
      int batch,
      double lossSum,
      double spreadSum,
      PretrainingReport last) {
    return new PretrainingState(
        run, options, epoch, batch, lossSum, spreadSum, last, RunFolder.tensorsOf(epoch, batch));
  }

  /** {@return the state after a further step} */
  PretrainingState stepped(double loss, double spread) {
    return at(run, options, epoch, batch + 1, lossSum + loss, spreadSum + spread, last);
  }

  /** {@return the state after the epoch} */
  PretrainingState ended(PretrainingReport report) {
    return at(run, options, epoch + 1, 0, 0, 0, report);
  }
}
