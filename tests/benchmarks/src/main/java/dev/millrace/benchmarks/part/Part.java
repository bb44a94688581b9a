package dev.millrace.benchmarks.part;

import dev.millrace.core.model.Device;
import java.io.IOException;

/**
 * A part of the benchmarks. A part is always measured as a whole. So each ratio in a part compares
 * two speeds that were measured at about the same time.
 */
public interface Part {

  /** Returns the name of the part, which is also the prefix of the names of its figures. */
  String name();

  /** Returns a description of the part in one line. */
  String what();

  /** Returns whether the part is measured when models run on this kind of device. */
  default boolean isOn(Device.Kind device) {
    return true;
  }

  /** Measures the part and reports its figures. */
  void measure(Bench bench) throws IOException, InterruptedException;
}
