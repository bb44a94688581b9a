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
 * Runs a test class in a separate JVM. If a native library crashes, hangs or runs out of memory in
 * that JVM, only one test fails, and the build continues. The options of the child JVM allow native
 * access, and turn off the warnings that newer Java versions print. So all output of the child JVM
 * comes from the test class.
 */
public final class ChildJvm {

  private static final int PATIENCE_MINUTES = 10;
  private static final int SHOWN_CHARACTERS = 4_000;
  private static final int UNSAFE_WARNS_SINCE = 23;

  private ChildJvm() {}

  /**
   * Returns the command that starts a class with this JVM's class path.
   *
   * @param options more options for the JVM
   */
  public static List<String> command(Class<?> main, List<String> options, List<String> arguments) {
    return command(System.getProperty("java.class.path"), main, options, arguments);
  }

  /** Returns the command that starts a class with another class path. */
  public static List<String> command(
      String classPath, Class<?> main, List<String> options, List<String> arguments) {
    return command(classPath, main.getName(), options, arguments);
  }

  /**
   * Returns the command that starts a class with another class path. The class need not be on this
   * JVM's class path.
   */
  public static List<String> command(
      String classPath, String main, List<String> options, List<String> arguments) {
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
    command.add(main);
    command.addAll(arguments);
    return command;
  }

  /**
   * Runs a class to its end. Fails if it takes longer than 10 minutes, or if its exit code is not
   * 0.
   *
   * @param folder working directory of the JVM; the files with the class's output are in this
   *     folder, too
   * @param options more options for the JVM, such as {@code -Xmx256m}
   * @return lines of the class's standard output
   */
  public static List<String> run(
      Path folder, Class<?> main, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, command(main, options, List.of(arguments)));
  }

  /**
   * Runs a command that {@link #command(String, Class, List, List)} returned to its end. Fails if
   * it takes longer than 10 minutes, or if its exit code is not 0.
   */
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
        throw new AssertionError("the JVM did not end within 10 minutes: " + tail(out) + tail(err));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new AssertionError(
          "the JVM ended with exit code " + process.exitValue() + ": " + tail(out) + tail(err));
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
