package dev.millrace.service.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of the NVIDIA GPUs that this process sees, as {@code nvidia-smi} reports it every 10
 * s. The figures include the memory of other processes. ONNX Runtime's Java API does not report its
 * own share. The meters name a GPU by its UUID, because {@code nvidia-smi} and CUDA may number GPUs
 * differently. Without {@code nvidia-smi}, which comes with the driver, there are no meters.
 */
final class GpuMemory implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GpuMemory.class);

  private static final List<String> COMMAND =
      List.of(
          "nvidia-smi",
          "--query-gpu=uuid,memory.used,memory.total",
          "--format=csv,noheader,nounits");
  private static final long INTERVAL_SECONDS = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long MEBIBYTE = 1L << 20;

  /**
   * The memory of a GPU.
   *
   * @param used bytes in use by all processes
   * @param total total number of bytes
   */
  private record Gpu(String uuid, long used, long total) {}

  private final List<String> command;
  private final Duration patience;
  private final MultiGauge used;
  private final MultiGauge total;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "millrace-gpu-memory");
            made.setDaemon(true);
            return made;
          });

  /** Whether the log already has a warning that the command failed. */
  private boolean told;

  private Process last;

  /**
   * @param command prints a line {@code UUID, USED, TOTAL} for each GPU, in MiB
   * @param patience how long the command may run before it is killed
   */
  GpuMemory(MeterRegistry registry, List<String> command, Duration patience) {
    this.command = command;
    this.patience = patience;
    this.used =
        MultiGauge.builder("millrace.gpu.memory.used")
            .description("Memory of the GPU in use, by all processes")
            .baseUnit("bytes")
            .register(registry);
    this.total =
        MultiGauge.builder("millrace.gpu.memory.total")
            .description("Memory of the GPU")
            .baseUnit("bytes")
            .register(registry);
  }

  /** Starts to read the memory. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  static GpuMemory watch(MeterRegistry registry) {
    GpuMemory memory = new GpuMemory(registry, COMMAND, PATIENCE);
    memory.thread.scheduleWithFixedDelay(memory::look, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    return memory;
  }

  /** Reads the memory once. If the command fails, there are no meters until the next call. */
  void look() {
    try {
      show(read());
      told = false;
    } catch (IOException e) {
      if (!told) {
        told = true;
        log.warn(
            "/metrics lacks the memory of the GPUs, because {} failed: {}",
            String.join(" ", command),
            e.getMessage());
      }
      show(List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show(List<Gpu> gpus) {
    used.register(gpus.stream().map(gpu -> row(gpu, gpu.used())).toList(), true);
    total.register(gpus.stream().map(gpu -> row(gpu, gpu.total())).toList(), true);
  }

  private static MultiGauge.Row<Number> row(Gpu gpu, long bytes) {
    return MultiGauge.Row.of(Tags.of("gpu_uuid", gpu.uuid()), bytes);
  }

  private List<Gpu> read() throws IOException, InterruptedException {
    String output = output();
    List<Gpu> gpus = new ArrayList<>();
    for (String line : output.lines().toList()) {
      String[] words = line.split(",\\s*", -1);
      if (words.length == 3 && words[1].matches("\\d+") && words[2].matches("\\d+")) {
        gpus.add(new Gpu(words[0], bytes(words[1]), bytes(words[2])));
      } // otherwise the GPU does not report its memory: [N/A]
    }
    return gpus;
  }

  private String output() throws IOException, InterruptedException {
    if (last != null && last.isAlive()) {
      throw new IOException("the call before has not ended"); // a driver that hangs
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    last = process;
    try {
      process.getOutputStream().close();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("no answer within " + patience.toMillis() + " ms");
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new IOException(output);
      }
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static long bytes(String mebibytes) {
    return Long.parseLong(mebibytes) * MEBIBYTE;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
