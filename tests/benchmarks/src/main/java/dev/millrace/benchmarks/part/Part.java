package dev.millrace.benchmarks.part;

import dev.millrace.core.model.Device;
import java.io.IOException;

/** Something that is measured as a whole, so that its ratios are of one time. */
public interface Part {

  /** What its figures' names begin with. */
  String name();

  /** What it is, in a line. */
  String what();

  /** Whether it is measured where models run on such devices. */
  default boolean isOn(Device.Kind device) {
    return true;
  }

  /** Measures it. */
  void measure(Bench bench) throws IOException, InterruptedException;
}
