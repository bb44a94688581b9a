package dev.millrace.benchmarks.part;

import dev.millrace.core.model.Device;
import java.io.IOException;

/**
 * A part of the benchmarks. It is measured as a whole, so that its ratios compare measurements of
 * one time.
 */
public interface Part {

  /** Prefix of its figures' names. */
  String name();

  /** Description in one line. */
  String what();

  /** Whether the part is measured when models run on this kind of device. */
  default boolean isOn(Device.Kind device) {
    return true;
  }

  /** Measures the part and reports its figures. */
  void measure(Bench bench) throws IOException, InterruptedException;
}
