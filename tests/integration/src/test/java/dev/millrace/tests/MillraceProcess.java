package dev.millrace.tests;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command of {@code ./millrace} in a process of its own, as a user starts it. Its output goes to
 * files, so the process never blocks on a full pipe. Closing this object kills the process if it
 * still runs. Not thread-safe.
 */
public final class MillraceProcess implements AutoCloseable {

  private static final Path LAUNCHER =
      Path.of(System.getProperty("millrace.root", "../..")).resolve("millrace").toAbsolutePath();
  private static final long POLL_MS = 5;

  /**
   * JVM options that make short processes faster. They are empty in nightly tests, because these
   * tests measure a JVM with its default options.
   */
  private static final String JVM_OPTIONS =
      Objects.requireNonNullElse(System.getProperty("millrace.test.jvm"), "");

  /**
   * Command prefix that gives SIGINT its default action. It is needed if a shell script started the
   * build in the background ('&'), because the build and its child processes then ignore SIGINT.
   */
  private static final List<String> HEED_INTERRUPTS = List.of("env", "--default-signal=INT");

  private static final long SIGINT_BIT = 1 << 1;

  private final String name;
  private final Process process;
  private final Path output;
  private final Path errors;

  /**
   * The launcher's first run builds what is missing, and makes the archive of classes. Otherwise,
   * the first test would wait for this, and each of the tests that run in parallel would make an
   * archive.
   */
  private static final class FirstRun {

    static {
      try {
        ProcessBuilder version =
            new ProcessBuilder("bash", LAUNCHER.toString(), "--version")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        setEnvironment(version, "");
        if (!version.start().waitFor(10, TimeUnit.MINUTES)) {
          throw new AssertionError("the launcher's first run did not end in time");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted during the launcher's first run", e);
      }
    }

    private FirstRun() {}

    /** Waits for the end of the first run. */
    static void await() {}
  }

  /** Exit code and output of a command that has ended. */
  public record Result(int exitCode, String output, String errors) {}

  private MillraceProcess(String name, Process process, Path output, Path errors) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /**
   * Starts a command with {@code folder} as its working directory. The files with the command's
   * output are in this folder, too. The JVM options may be empty.
   */
  public static MillraceProcess start(Path folder, String jvmOptions, Object... command)
      throws IOException {
    FirstRun.await();
    return start(folder, command[0].toString(), jvmOptions, launch(LAUNCHER, command));
  }

  /**
   * Starts a command of the checkout or unpacked distribution in the folder {@code distribution}.
   */
  public static MillraceProcess startOf(
      Path distribution, Path folder, String jvmOptions, Object... command) throws IOException {
    Path checkout = distribution.resolve("millrace");
    Path launcher = Files.exists(checkout) ? checkout : distribution.resolve("bin/millrace");
    return start(folder, command[0].toString(), jvmOptions, launch(launcher, command));
  }

  /** Returns the checkout to which these tests belong, for {@link #startOf}. */
  public static Path checkout() {
    return LAUNCHER.getParent();
  }

  /**
   * Starts a command that Ctrl-C can end. If this process ignores SIGINT, this works only if the
   * machine has GNU's {@code env}, which restores the signal's default action. {@link
   * #heedsInterrupts} returns whether Ctrl-C can end the command.
   */
  public static MillraceProcess startInterruptible(Path folder, Object... command)
      throws IOException, InterruptedException {
    FirstRun.await();
    List<Object> words = launch(LAUNCHER, command);
    List<String> probe = new ArrayList<>(HEED_INTERRUPTS);
    probe.add("true");
    if (new ProcessBuilder(probe).redirectErrorStream(true).start().waitFor() == 0) {
      words.addAll(0, HEED_INTERRUPTS);
    }
    return start(folder, command[0].toString(), "", words);
  }

  private static List<Object> launch(Path launcher, Object... command) {
    List<Object> words = new ArrayList<>(List.of("bash", launcher));
    words.addAll(List.of(command));
    return words;
  }

  /** Starts a test class in a JVM with the tests' class path. */
  public static MillraceProcess start(Path folder, Class<?> main, Object... arguments)
      throws IOException {
    return start(folder, System.getProperty("java.class.path"), main, arguments);
  }

  /** Starts a test class in a JVM with another class path. */
  public static MillraceProcess start(
      Path folder, String classPath, Class<?> main, Object... arguments) throws IOException {
    List<String> told = Stream.of(arguments).map(Object::toString).toList();
    List<Object> words = List.copyOf(ChildJvm.command(classPath, main, List.of(), told));
    return start(folder, main.getSimpleName(), "", words);
  }

  private static MillraceProcess start(
      Path folder, String name, String jvmOptions, List<Object> words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words.stream().map(Object::toString).toList())
            .directory(folder.toFile());
    setEnvironment(builder, jvmOptions);
    return start(folder, name, builder);
  }

  /** Sets the environment variables of the launcher. The JVM options may be empty. */
  public static void setEnvironment(ProcessBuilder builder, String jvmOptions) {
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MILLRACE_OPTS", JVM_OPTIONS + " " + jvmOptions);
    environment.remove("JAVA_OPTS");
    environment.remove("OMP_WAIT_POLICY");
    if (Boolean.getBoolean("millrace.test.parallel")) {
      // Other tests use the cores, too, so two threads of a trainer would wait for each other.
      environment.put("OMP_NUM_THREADS", "1");
    }
  }

  /**
   * Starts a process whose output files are in {@code folder}.
   *
   * @param name beginning of the names of the output files
   */
  public static MillraceProcess start(Path folder, String name, ProcessBuilder builder)
      throws IOException {
    Path output = Files.createTempFile(folder, name + "-", ".out");
    Path errors = Files.createTempFile(folder, name + "-", ".err");
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    return new MillraceProcess(name, builder.start(), output, errors);
  }

  /** Runs a command to its end. Fails after three minutes. */
  public static Result run(Path folder, Object... command)
      throws IOException, InterruptedException {
    try (MillraceProcess process = start(folder, "", command)) {
      int exitCode = process.await(Duration.ofMinutes(3));
      return new Result(exitCode, process.output(), process.errors());
    }
  }

  /** Waits until the process ends, and returns the exit code. */
  public int await(Duration patience) throws IOException, InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(name + " did not end in time:\n" + output() + errors());
    }
    return process.exitValue();
  }

  /**
   * Waits until standard output has a whole line that matches the pattern. Returns the pattern's
   * last group, or the line if the pattern has no group.
   */
  public String awaitLine(String regex, Duration patience)
      throws IOException, InterruptedException {
    Pattern line = Pattern.compile("^" + regex + "$", Pattern.MULTILINE);
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean last = !process.isAlive() || System.nanoTime() > deadline;
      String printed = output();
      Matcher matcher = line.matcher(printed.substring(0, printed.lastIndexOf('\n') + 1));
      if (matcher.find()) {
        return matcher.group(matcher.groupCount());
      }
      if (last) {
        throw new AssertionError(
            name + " printed no line '" + regex + "', but:\n" + printed + errors());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  public String output() throws IOException {
    return Files.readString(output);
  }

  public String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM, as {@code kill} and Kubernetes do. */
  public void terminate() {
    process.destroy();
  }

  /**
   * Returns whether Ctrl-C can end the process: true unless Linux reports that the process ignores
   * SIGINT.
   */
  public boolean heedsInterrupts() throws IOException {
    Path status = Path.of("/proc", Long.toString(pid()), "status");
    if (!Files.exists(status)) {
      return true;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
          .allMatch(ignored -> (ignored & SIGINT_BIT) == 0);
    }
  }

  /** Sends SIGINT, as Ctrl-C does. */
  public void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** Suspends the process (SIGSTOP), so that to other processes its machine seems unreachable. */
  public void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Resumes the process (SIGCONT). */
  public void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int failed =
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (failed != 0) {
      throw new IOException("cannot send SIG" + signal + " to " + name);
    }
  }

  /** Kills the process immediately, as {@code kill -9} or a power failure would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
