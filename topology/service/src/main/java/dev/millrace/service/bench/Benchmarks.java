package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.util.Map;
import java.util.Set;

/**
 * The benchmarks of Millrace and of the products that it is compared with. {@link
 * java.util.ServiceLoader} finds the implementation, so that the service's class path never holds
 * these products.
 */
public interface Benchmarks {

  /**
   * {@return the parts that can be measured on a device, by name, in the order of measuring; each
   * with a description of one line}
   *
   * @param device the kind of device that models run on
   */
  Map<String, String> parts(Device.Kind device);

  /**
   * Measures on the calling thread, in processes of its own. Nothing else should run meanwhile.
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
     * @param what the measurement, for a person
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
