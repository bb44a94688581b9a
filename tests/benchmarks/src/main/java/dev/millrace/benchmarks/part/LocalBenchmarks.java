package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.lab.Lab;
import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.BenchmarkException;
import dev.millrace.service.bench.Benchmarks;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All parts of the benchmarks, measured on this machine. */
public final class LocalBenchmarks implements Benchmarks {

  /** JVM options of every contender. The heap is large enough for a backlog of photographs. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx2g",
          "-XX:+UseG1GC",
          "-Dorg.bytedeco.javacpp.maxBytes=0",
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
          "-Dorg.bytedeco.javacpp.platform.extension=",
          "-Djava.awt.headless=true",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED");

  /** System property that names the folder of ONNX Runtime's native libraries. */
  private static final String NATIVES = "onnxruntime.native.path";

  private static final int PRACTICE_RECORDS = 30_000;

  private static final ResNetPart RESNET50 = new ResNetPart("resnet50", 500, 375, 1_500, false);

  private static final List<Part> PARTS =
      List.of(
          new CudaPart(),
          new ResNetPart("resnet20", 32, 32, 60_000, true),
          new ResNetPart("resnet18", 500, 375, 3_000, false),
          RESNET50,
          RESNET50.halved(),
          new AcceleratorPart(),
          new NullModelPart(),
          new LatencyPart(),
          new EnginePart(),
          new DecodePart(),
          new ObservabilityPart(),
          new InferPart(),
          new Int8Part(),
          new CrayfishPart(),
          new ScaleOutPart());

  private final List<Part> all;

  /** Creates the benchmarks with all parts. */
  public LocalBenchmarks() {
    this(PARTS);
  }

  /** Creates the benchmarks with these parts only. */
  LocalBenchmarks(List<Part> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public Map<String, String> parts(Device.Kind device) {
    Map<String, String> parts = new LinkedHashMap<>();
    all.stream()
        .filter(part -> part.isOn(device))
        .forEach(part -> parts.put(part.name(), part.what()));
    return parts;
  }

  /**
   * Returns the JVM options of the contenders. If {@link #NATIVES} is set in this process, the
   * options pass it on.
   */
  private static List<String> jvmOptions() {
    String natives = System.getProperty(NATIVES);
    return natives == null
        ? JVM_OPTIONS
        : Stream.concat(JVM_OPTIONS.stream(), Stream.of("-D" + NATIVES + "=" + natives)).toList();
  }

  @Override
  public void measure(Set<String> wanted, BenchmarkConfig config, Listener listener)
      throws InterruptedException {
    try (Lab lab = Lab.open(config.folder(), jvmOptions())) {
      lab.practise(config.images(PRACTICE_RECORDS));
      Bench bench = new Bench(lab, config, listener);
      for (Part part : all) {
        if (wanted.contains(part.name())) {
          listener.progress(part.name() + ": " + part.what());
          part.measure(bench);
        }
      }
    } catch (IOException e) {
      throw new BenchmarkException("cannot measure in " + config.folder() + ": " + e);
    }
  }
}
