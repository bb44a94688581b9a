package dev.millrace.service.telemetry;

import dev.millrace.core.model.Device;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/** The metrics of the JVM, the processor and the memory of the devices, until {@link #close}. */
public final class MachineMetrics implements AutoCloseable {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final long KIBIBYTE = 1024;

  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Optional<GpuMemory> gpus;

  private MachineMetrics(Optional<GpuMemory> gpus) {
    this.gpus = gpus;
  }

  /**
   * Registers the metrics.
   *
   * @param registry receives the meters; the caller closes it after the metrics
   * @param devices the devices on which models run
   * @return the metrics, which the caller closes
   */
  public static MachineMetrics bind(MeterRegistry registry, Collection<Device> devices) {
    boolean hasGpu = devices.stream().anyMatch(device -> device.kind() == Device.Kind.CUDA);
    MachineMetrics metrics =
        new MachineMetrics(hasGpu ? Optional.of(GpuMemory.watch(registry)) : Optional.empty());
    metrics.gc.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    if (Files.isReadable(STATUS)) {
      Gauge.builder("process.resident.memory", MachineMetrics::residentBytes)
          .description("Memory of the process in RAM: heap, models, batches and decoded images")
          .baseUnit("bytes")
          .register(registry);
    }
    return metrics;
  }

  private static double residentBytes() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  @Override
  public void close() {
    gc.close();
    gpus.ifPresent(GpuMemory::close);
  }
}
