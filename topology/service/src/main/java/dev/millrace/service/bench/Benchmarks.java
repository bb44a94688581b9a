package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.util.Map;
import java.util.Set;

/**
 * The benchmarks of Millrace and of the products that it is compared with. {@link
 * java.util.ServiceLoader} finds the implementation in another module, so that the service's class
 * path never contains these products.
 */
public interface Benchmarks {

  /**
   * {@return a description in one line for each part that can be measured on a device, by the
   * part's name} The map lists the parts in the order in which they are measured.
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
     * Notes that a measurement is about to begin.
     *
     * @param what the name of the measurement, to show to the user
     */
    void progress(String what);

    /**
     * Notes that a figure was measured.
     *
     * @param figure the figure
     */
    void measured(Figure figure);
  }
}
