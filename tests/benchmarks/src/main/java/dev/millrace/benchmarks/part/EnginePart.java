package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Submit;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The engine without Kafka: how fast it is, and what it allocates for an image at every load. */
final class EnginePart implements Part {

  private static final String MODEL = "engine";

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public String what() {
    return "ResNet-20 through the engine alone, with 1, 8 and 64 images in flight";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    String pictures = Limits.write(bench, MODEL, Photographs.jpegs(32, 32, 100)).toString();
    JmhRounds rounds = new JmhRounds(bench, name(), "images/s a core");
    for (String inFlight : List.of("1", "8", "64")) {
      rounds.enter(
          "in_flight_" + inFlight,
          Submit.class,
          "classify",
          Map.of(
              "repository", bench.lab().repository().toString(),
              "model", MODEL,
              "pictures", pictures,
              "inFlight", inFlight),
          "with so many images in flight");
    }
    rounds.run();
  }
}
