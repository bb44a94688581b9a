package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a class of the tests in a JVM of its own, so that a crash of the native library, a hang or a
 * lack of memory is a failed test and not a lost one.
 */
final class ChildJvm {

  private static final int PATIENCE_MINUTES = 10;
  private static final int SHOWN_CHARACTERS = 4_000;

  private ChildJvm() {}

  /**
   * Runs it to its end, which must come in time and with exit code 0.
   *
   * @param folder where its output goes
   * @param heap the option that bounds its heap, such as {@code -Xmx256m}
   * @return the lines of its standard output
   */
  static List<String> run(Path folder, String heap, Class<?> main, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      assertThat(ended).as(() -> "ended in time; " + tail(out) + tail(err)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> tail(out) + tail(err)).isZero();
    return Files.readAllLines(out, StandardCharsets.UTF_8);
  }

  private static String tail(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      return text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS));
    } catch (IOException e) {
      return file.getFileName() + " is not there: " + e;
    }
  }
}
