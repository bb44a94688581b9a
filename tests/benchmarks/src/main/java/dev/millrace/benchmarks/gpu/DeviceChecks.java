package dev.millrace.benchmarks.gpu;

import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.process.Parent;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Checks that devices return the same answers as the CPU, and that they free the memory of retired
 * model versions. The checks work on any device, so that tests can run them with sessions on the
 * CPU.
 *
 * @param runtime runtime that opens sessions as the service does
 * @param exact runtime that opens sessions without TF32
 * @param devices devices to check
 * @param used returns the memory in use on all devices together, in bytes
 * @param patience longest time to wait until the memory of a retired version is freed
 */
public record DeviceChecks(
    ModelRuntime runtime,
    ModelRuntime exact,
    List<Device> devices,
    LongSupplier used,
    Duration patience) {

  /** Prefix of a line that says which check failed. */
  public static final String FAILED = "failed: ";

  /** Largest allowed difference between a device's float32 logits and the CPU's. */
  static final double MOST_DIFFERENCE = 1e-3;

  /**
   * Largest allowed difference between a device's float16 logits and the CPU's float32 logits,
   * relative to the largest logit.
   */
  static final double MOST_RELATIVE_FP16 = 2e-2;

  private static final int BATCH = 64;
  private static final int RUNS_PER_DEVICE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Receives the result of each check. */
  @FunctionalInterface
  interface Listener {
    void found(String name, double value);
  }

  /** Returns arguments for {@link #main}. */
  public static List<String> arguments(
      Path repository, String fp32, String fp16, List<Device> devices, Path pictures) {
    return List.of(repository.toString(), fp32, fp16, Settings.text(devices), pictures.toString());
  }

  /**
   * Checks GPUs. For each check that passes, prints a line with a name and a value. At the end,
   * prints {@link Parent#READY}. If a check fails, prints {@link #FAILED} and the reason.
   */
  public static void main(String[] arguments) throws Exception {
    try {
      check(arguments);
      Parent.ready();
    } catch (ModelException | IllegalStateException e) {
      Parent.tell(FAILED + e.getMessage());
    }
  }

  private static void check(String[] arguments) throws IOException {
    ModelRepository repository = new ModelRepository(Path.of(arguments[0]));
    List<Device> devices = Settings.devices(arguments[3]);
    List<byte[]> pictures = Limit.pictures(Path.of(arguments[4]));
    DeviceChecks checks =
        new DeviceChecks(
            new OnnxModelRuntime(),
            OnnxModelRuntime.withoutTf32(),
            devices,
            () -> NvidiaSmi.usedBytes(devices),
            PATIENCE);
    Listener listener = (name, value) -> Parent.tell(name + " " + value);
    List<ModelVersion> fp32 =
        List.of(repository.version(arguments[1], 1), repository.version(arguments[1], 2));
    checks.agree(fp32.get(0), repository.newest(arguments[2]), pictures, listener);
    checks.free(fp32, pictures, listener);
  }

  /**
   * Compares each device's logits with the CPU's float32 logits.
   *
   * @throws IllegalStateException if the difference of the float32 logits without TF32 is larger
   *     than {@link #MOST_DIFFERENCE}, or the relative difference of the float16 logits is larger
   *     than {@link #MOST_RELATIVE_FP16}
   */
  void agree(ModelVersion fp32, ModelVersion fp16, List<byte[]> pictures, Listener listener) {
    double exactly = 0;
    double rounded = 0;
    double halved = 0;
    for (Device device : devices) {
      Agreement single = Agreement.of(fp32, exact, fp32, device, pictures);
      require("float32", device, "", single.difference(), MOST_DIFFERENCE);
      Agreement half = Agreement.of(fp32, runtime, fp16, device, pictures);
      require("float16", device, " of the largest logit", half.relative(), MOST_RELATIVE_FP16);
      exactly = Math.max(exactly, single.difference());
      halved = Math.max(halved, half.relative());
      rounded = Math.max(rounded, Agreement.of(fp32, runtime, fp32, device, pictures).difference());
    }
    listener.found("fp32_difference", exactly);
    listener.found("tf32_difference", rounded);
    listener.found("fp16_relative_difference", halved);
  }

  private static void require(
      String what, Device device, String unit, double found, double allowed) {
    if (!(found <= allowed)) { // also fails on NaN
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s: a logit of %s differs from the CPU's by %.3g%s; at most %.3g is allowed",
              device,
              what,
              found,
              unit,
              allowed));
    }
  }

  /**
   * Swaps versions under load, and checks that the memory of retired versions is freed.
   *
   * @throws IllegalStateException if the memory of a retired version is not freed
   */
  void free(List<ModelVersion> versions, List<byte[]> pictures, Listener listener) {
    EngineConfig config =
        new EngineConfig(
            devices,
            BATCH,
            Duration.ZERO,
            Runtime.getRuntime().availableProcessors(),
            RUNS_PER_DEVICE,
            ImageLimits.DEFAULT);
    SwapMemory memory = SwapMemory.measure(config, runtime, versions, pictures, used, patience);
    listener.found("version_memory", memory.versionBytes() / (double) (1 << 20));
    listener.found("swap_growth", memory.growth());
  }
}
