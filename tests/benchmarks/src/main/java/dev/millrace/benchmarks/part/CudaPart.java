package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.gpu.DeviceChecks;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.benchmarks.process.Child;
import dev.millrace.benchmarks.process.Parent;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.service.bench.BenchmarkException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that GPUs return the same answers as the CPU, and that they free the memory of retired
 * model versions. Then measures the speed of the session alone in float32, TF32 and float16.
 */
final class CudaPart implements Part {

  private static final String ARCH = "resnet50";
  private static final String FP32 = "cuda-fp32";
  private static final String FP16 = "cuda-fp16";
  private static final int PHOTOGRAPHS = 40;
  private static final int CALLERS = 2;
  private static final int BATCH = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The unit and the description of each result of {@link DeviceChecks}, by the result's name. */
  private static final Map<String, List<String>> FINDINGS = findings();

  private static Map<String, List<String>> findings() {
    Map<String, List<String>> findings = new LinkedHashMap<>();
    findings.put("fp32_difference", List.of("", "largest difference from the CPU's logits"));
    findings.put("tf32_difference", List.of("", "largest difference in TF32, without a limit"));
    findings.put(
        "fp16_relative_difference",
        List.of("", "largest difference in float16, relative to the largest logit"));
    findings.put("version_memory", List.of("MiB", "memory of one version on the GPUs"));
    findings.put(
        "swap_growth", List.of("", "memory not freed after swaps, relative to one version's"));
    return findings;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String what() {
    return "checks of answers and of memory after swaps, then ResNet-50's session alone";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CUDA;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    ResNet network = ResNet.of(ARCH);
    bench.lab().publish(FP32, network);
    bench.lab().publish(FP32, network);
    bench.lab().publish(FP16, network, new OnnxFormat(FloatType.FP16, BatchNorm.FOLDED));
    check(bench);
    time(bench, "fp32", FP32, Backend.ONNX_WITHOUT_TF32, "float32 without rounding");
    time(bench, "tf32", FP32, Backend.ONNX, "float32 with factors rounded to TF32, as served");
    time(bench, "fp16", FP16, Backend.ONNX, "float16");
  }

  private static void check(Bench bench) throws IOException, InterruptedException {
    Path pictures =
        bench.config().photographs().isPresent()
            ? bench.config().photographs().get()
            : Limits.write(bench, ARCH, Photographs.jpegs(500, 375, PHOTOGRAPHS));
    List<String> arguments =
        DeviceChecks.arguments(
            bench.lab().repository(), FP32, FP16, bench.config().devices(), pictures);
    try (Child child = bench.lab().start(DeviceChecks.class, arguments)) {
      for (String line = child.next(PATIENCE);
          !line.equals(Parent.READY);
          line = child.next(PATIENCE)) {
        if (line.startsWith(DeviceChecks.FAILED)) {
          throw new BenchmarkException(line.substring(DeviceChecks.FAILED.length()));
        }
        tell(bench, line);
      }
    }
  }

  private static void tell(Bench bench, String found) {
    String name = found.substring(0, found.indexOf(' '));
    double value = Double.parseDouble(found.substring(name.length() + 1));
    String unit = FINDINGS.get(name).get(0);
    bench.progress("%s: %s %s", name, value, unit);
    bench.figure("cuda." + name, value, unit, FINDINGS.get(name).get(1));
  }

  private static void time(Bench bench, String name, String model, Backend backend, String note)
      throws IOException, InterruptedException {
    List<byte[]> pictures = Photographs.jpegs(500, 375, PHOTOGRAPHS);
    int callers = CALLERS * bench.config().devices().size();
    List<Limits> rounds = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      rounds.add(Limits.measure(bench, model, backend, pictures, callers, List.of(BATCH)));
      bench.progress(
          "round %d, %s: %,.0f images/s",
          round + 1, name, rounds.get(round).alone().imagesPerSecond());
    }
    bench.figure(
        "cuda." + name,
        Medians.of(rounds.stream().map(Limits::alone).toList(), Limit.Rate::imagesPerSecond),
        "images/s",
        note + ", batches of " + BATCH);
  }
}
