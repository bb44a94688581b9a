package dev.millrace.benchmarks.part;

import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the lines and the figures that the benchmarks report. The keys are the names of the
 * figures.
 */
final class Collected implements Benchmarks.Listener {

  final List<String> lines = new ArrayList<>();
  final Map<String, Double> values = new LinkedHashMap<>();

  @Override
  public void progress(String what) {
    System.out.println(what);
    lines.add(what);
  }

  @Override
  public void measured(Figure figure) {
    values.put(figure.name(), figure.value());
  }
}
