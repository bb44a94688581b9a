package dev.millrace.trainer.torch;

/**
 * An exponential moving average of a network's tensors: Polyak and Juditsky (1992). In the first
 * steps, the old average has a smaller share, so that the average soon forgets the initial weights.
 *
 * @param share the share of the old average in the new average after many steps
 * @param values the average; {@link #close} closes it
 */
record MovingAverage(double share, NetworkTensors values) implements AutoCloseable {

  /**
   * Adds the tensors after a step.
   *
   * @param step the number of the step, from 1
   */
  void add(NetworkTensors tensors, long step) {
    double old = Math.min(share, (1.0 + step) / (10.0 + step));
    values.approach(tensors, 1 - old);
  }

  @Override
  public void close() {
    values.close();
  }
}
