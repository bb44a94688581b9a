package dev.millrace.benchmarks.part;

import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the figures that the benchmarks report. The keys are the names of the figures. */
final class Collected implements Benchmarks.Listener {

  final Map<String, Double> values = new LinkedHashMap<>();

  @Override
  public void progress(String what) {
    System.out.println(what);
  }

  @Override
  public void measured(Figure figure) {
    values.put(figure.name(), figure.value());
  }
}
