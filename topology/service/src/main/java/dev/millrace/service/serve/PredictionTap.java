package dev.millrace.service.serve;

import dev.millrace.events.Prediction;

/**
 * Passes predictions to a listener while there is one. Without a listener, a prediction costs one
 * volatile read. Thread-safe.
 */
final class PredictionTap {

  private volatile PredictionListener listener;

  /** Replaces the listener; null takes it away. */
  void listener(PredictionListener next) {
    listener = next;
  }

  void predicted(Prediction prediction, long timestamp) {
    PredictionListener now = listener;
    if (now != null) {
      now.predicted(prediction, timestamp);
    }
  }
}
