package dev.millrace.service.serve;

import dev.millrace.events.Prediction;
import java.util.List;
import java.util.stream.Stream;

/**
 * Passes predictions to listeners while there are any. Without a listener, a prediction costs one
 * volatile read. Thread-safe.
 */
final class PredictionTap {

  private volatile List<PredictionListener> listeners = List.of();

  synchronized void add(PredictionListener listener) {
    listeners = Stream.concat(listeners.stream(), Stream.of(listener)).toList();
  }

  synchronized void remove(PredictionListener listener) {
    listeners = listeners.stream().filter(other -> other != listener).toList();
  }

  void predicted(Prediction prediction, long timestamp) {
    List<PredictionListener> now = listeners;
    for (int i = 0; i < now.size(); i++) { // avoids an iterator for each prediction
      now.get(i).predicted(prediction, timestamp);
    }
  }
}
