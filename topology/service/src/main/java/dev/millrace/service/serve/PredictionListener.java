package dev.millrace.service.serve;

import dev.millrace.events.Prediction;

/**
 * Receives the predictions that a service forwards. Several stream threads may call a listener at
 * once.
 */
@FunctionalInterface
public interface PredictionListener {

  /**
   * Notes a prediction. An implementation must return quickly, because a stream thread waits for
   * it, and must not throw.
   *
   * @param prediction the prediction, which is forwarded next
   * @param timestamp timestamp of the image's record, in ms since 1970
   */
  void predicted(Prediction prediction, long timestamp);
}
