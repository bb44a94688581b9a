package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Submit;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Measures the engine without Kafka. It measures the speed with the default options, with different
 * numbers of threads, and with different batch sizes. It also measures how many bytes the engine
 * allocates per image.
 */
final class EnginePart implements Part {

  private static final String MODEL = "engine";
  private static final String BACKLOG = "64";

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public String what() {
    return "ResNet-20 through the engine alone, at several loads and numbers of threads";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    Map<String, String> common =
        Map.of(
            "repository",
            bench.lab().repository().toString(),
            "model",
            MODEL,
            "pictures",
            Limits.write(bench, MODEL, Photographs.jpegs(32, 32, 100)).toString());
    JmhRounds rounds = new JmhRounds(bench, name(), "images/s per core");
    for (String inFlight : List.of("1", "8", BACKLOG)) {
      enter(rounds, "in_flight_" + inFlight, common, "inFlight", inFlight, inFlight);
    }
    int cores = Bench.cores();
    for (int threads : new TreeSet<>(List.of(1, cores, 2 * cores))) {
      String many = Integer.toString(threads);
      enter(rounds, "decode_threads_" + many, common, "decodeThreads", many, BACKLOG);
      enter(rounds, "runs_" + many, common, "runs", many, BACKLOG);
    }
    for (String size : List.of("1", "4", "16")) {
      enter(rounds, "max_batch_size_" + size, common, "maxBatchSize", size, BACKLOG);
    }
    rounds.run();
  }

  private static void enter(
      JmhRounds rounds,
      String name,
      Map<String, String> common,
      String parameter,
      String value,
      String inFlight) {
    Map<String, String> parameters = new HashMap<>(common);
    parameters.put("inFlight", inFlight);
    parameters.put(parameter, value);
    rounds.enter(
        name, Submit.class, "classify", parameters, "with " + inFlight + " images in flight");
  }
}
