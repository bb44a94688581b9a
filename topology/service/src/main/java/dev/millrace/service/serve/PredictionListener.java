package dev.millrace.service.serve;

import dev.millrace.events.Prediction;

/** Sees the predictions that a service forwards. Stream threads call it, several at once. */
@FunctionalInterface
public interface PredictionListener {

  /**
   * Notes a prediction. To be quick, because a stream thread waits for it, and to throw nothing.
   *
   * @param prediction the prediction, which is forwarded next
   * @param timestamp timestamp of the image's record, in ms since 1970
   */
  void predicted(Prediction prediction, long timestamp);
}
