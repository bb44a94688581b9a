package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a class of the tests in a JVM of its own, so that a crash of a native library, a hang or a
 * lack of memory is a failed test and not a lost one. The JVM may load native libraries, and warns
 * of nothing that a test could take for the output of its class.
 */
public final class ChildJvm {

  private static final int PATIENCE_MINUTES = 10;
  private static final int SHOWN_CHARACTERS = 4_000;
  private static final int UNSAFE_WARNS_SINCE = 23;

  private ChildJvm() {}

  /**
   * The command that starts a class with the class path of this JVM.
   *
   * @param options more options for the JVM
   */
  public static List<String> command(Class<?> main, List<String> options, List<String> arguments) {
    return command(System.getProperty("java.class.path"), main, options, arguments);
  }

  /** As {@link #command(Class, List, List)}, with another class path. */
  public static List<String> command(
      String classPath, Class<?> main, List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xshare:auto");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= UNSAFE_WARNS_SINCE) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /**
   * Runs a class to its end, which must come in time and with exit code 0.
   *
   * @param folder where its output goes
   * @param options more options for the JVM, such as {@code -Xmx256m}
   * @return the lines of its standard output
   */
  public static List<String> run(
      Path folder, Class<?> main, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, command(main, options, List.of(arguments)));
  }

  /** Runs a command of {@link #command(String, Class, List, List)} as {@link #run} does. */
  public static List<String> run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError("the JVM did not end in time; " + tail(out) + tail(err));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new AssertionError(
          "the JVM ended with " + process.exitValue() + ": " + tail(out) + tail(err));
    }
    return Files.readAllLines(out, StandardCharsets.UTF_8);
  }

  private static String tail(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      return text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
