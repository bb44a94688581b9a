package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.util.Map;
import java.util.Set;

/**
 * The benchmarks of Millrace and of the products that it is compared with. The implementation is in
 * another module, where {@link java.util.ServiceLoader} finds it. The service's class path
 * therefore never holds these products.
 */
public interface Benchmarks {

  /**
   * {@return the names of the parts that can be measured on a device, each with a description in
   * one line, in the order in which they are measured}
   *
   * @param device the kind of device that models run on
   */
  Map<String, String> parts(Device.Kind device);

  /**
   * Measures the parts in child processes, and returns when all parts are measured. No other load
   * should run on the machine.
   *
   * @param parts names from {@link #parts}
   * @param config the settings
   * @param listener receives the progress and the figures
   * @throws BenchmarkException if a part cannot be measured here, or fails
   * @throws InterruptedException if the thread is interrupted
   */
  void measure(Set<String> parts, BenchmarkConfig config, Listener listener)
      throws InterruptedException;

  /** Receives the progress and the figures, on the measuring thread. */
  interface Listener {

    /**
     * A measurement is about to begin.
     *
     * @param what the name of the measurement, to show to the user
     */
    void progress(String what);

    /**
     * A figure was measured.
     *
     * @param figure the figure
     */
    void measured(Figure figure);
  }
}
