package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.util.Map;
import java.util.Set;

/**
 * Measures: the port behind which the benchmarks live, with the products that Millrace is compared
 * to. It is found by {@link java.util.ServiceLoader}, so that the service's class path never holds
 * them.
 */
public interface Benchmarks {

  /**
   * What can be measured of models on such a device, by name, each with a line of what it is, in
   * the order of measuring.
   */
  Map<String, String> parts(Device.Kind device);

  /**
   * Measures, on the calling thread, in processes of its own. Nothing else should run meanwhile.
   *
   * @param parts names out of {@link #parts}
   * @throws BenchmarkException if something cannot be measured here, or fails
   */
  void measure(Set<String> parts, BenchmarkConfig config, Listener listener)
      throws InterruptedException;

  /** Hears of it; on the measuring thread. */
  interface Listener {

    /** Something is about to be measured. */
    void progress(String what);

    /** Something was measured. */
    void measured(Figure figure);
  }
}
