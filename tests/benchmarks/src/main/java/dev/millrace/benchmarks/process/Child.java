package dev.millrace.benchmarks.process;

import dev.millrace.service.bench.BenchmarkException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM that a benchmark starts. The child JVM has the class path of this JVM. {@link Parent}
 * is the child JVM's side of the connection. Closing this object closes the child JVM's standard
 * input, which tells the child JVM to end. If the child JVM has not ended after 30 s, it is killed.
 * Not thread-safe.
 */
public final class Child implements AutoCloseable {

  /**
   * The first Java version that warns about {@code sun.misc.Unsafe}, which Kafka uses to unmap
   * files.
   */
  private static final int UNSAFE_WARNS_SINCE = 23;

  private static final long PATIENCE_SECONDS = 30;

  private static final Optional<String> ENDED = Optional.empty();

  private final Process process;
  private final Path errors;
  private final BlockingQueue<Optional<String>> said = new LinkedBlockingQueue<>();

  private Child(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /**
   * Starts a JVM.
   *
   * @param folder folder for the file that receives the JVM's standard error
   * @param first jars at the beginning of the child JVM's class path; this JVM's class path follows
   *     them
   */
  public static Child start(
      Path folder, List<String> jvmOptions, List<Path> first, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= UNSAFE_WARNS_SINCE) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(jvmOptions);
    StringJoiner classPath = new StringJoiner(File.pathSeparator);
    first.forEach(jar -> classPath.add(jar.toString()));
    classPath.add(System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath.toString(), main.getName()));
    command.addAll(arguments);
    Path errors = Files.createTempFile(folder, main.getSimpleName() + "-", ".log");
    Child child =
        new Child(new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    Thread reader = new Thread(child::read, "output-of-" + main.getSimpleName());
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(Optional.of(line));
      }
    } catch (IOException e) {
      // The process has ended, or close() is killing it.
    } finally {
      said.add(ENDED);
    }
  }

  /**
   * Returns the next line that the JVM prints.
   *
   * @throws BenchmarkException if the JVM ends, or prints nothing for {@code patience}
   */
  public String next(Duration patience) throws InterruptedException {
    Optional<String> line = said.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw failed("printed nothing for " + patience.toSeconds() + " s");
    }
    return line.orElseThrow(() -> failed("has ended"));
  }

  /**
   * Sends a line to the JVM.
   *
   * @throws BenchmarkException if the JVM has ended
   */
  public void tell(String line) {
    try {
      BufferedWriter writer = process.outputWriter(StandardCharsets.UTF_8);
      writer.write(line);
      writer.newLine();
      writer.flush();
    } catch (IOException e) {
      throw failed("has ended");
    }
  }

  /** Returns the processor time that all threads of the JVM have used. */
  public Duration cpuTime() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> failed("has ended, or this system does not report processor time"));
  }

  /**
   * Checks that the JVM still runs.
   *
   * @throws BenchmarkException if the JVM has ended
   */
  public void requireAlive() {
    if (!process.isAlive()) {
      throw failed("has ended");
    }
  }

  /**
   * Returns an exception. Its message contains a description of the failure and the last part of
   * the JVM's standard error.
   *
   * @param how description of the failure
   */
  public BenchmarkException failed(String how) {
    String log;
    try {
      log = Files.readString(errors);
    } catch (IOException e) {
      log = e.toString();
    }
    String last = log.substring(Math.max(0, log.length() - 2000)).strip();
    return new BenchmarkException("a process of the benchmark " + how + ": " + last);
  }

  @Override
  public void close() {
    try {
      process.outputWriter(StandardCharsets.UTF_8).close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
