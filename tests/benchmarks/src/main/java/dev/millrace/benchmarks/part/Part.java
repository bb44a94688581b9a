package dev.millrace.benchmarks.part;

import java.io.IOException;

/** Something that is measured as a whole, so that its ratios are of one time. */
public interface Part {

  /** What its figures' names begin with. */
  String name();

  /** What it is, in a line. */
  String what();

  /** Measures it. */
  void measure(Bench bench) throws IOException, InterruptedException;
}
