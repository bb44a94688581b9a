package dev.millrace.tests.clients;

import dev.millrace.tests.MillraceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The programs of {@link ClientsSuite}: kcat, and Node.js with the packages that {@code
 * src/test/clients/package.json} names. If a program is missing, the test is skipped, or fails with
 * {@code -Dmillrace.clients=required}. Not thread-safe.
 */
final class ClientTools {

  private static final boolean REQUIRED =
      "required".equals(System.getProperty("millrace.clients", ""));
  private static final Path SCRIPTS = Path.of("src", "test", "clients").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final Path outputs;

  private ClientTools(Path folder, Path outputs) {
    this.folder = folder;
    this.outputs = outputs;
  }

  /**
   * Copies the scripts into a folder, and installs their packages there.
   *
   * @param folder an empty folder
   */
  static ClientTools install(Path folder) throws Exception {
    require("kcat", "-V", "install Debian's kcat");
    require("node", "--version", "install Node.js 20 or newer");
    require("npm", "--version", "install Node.js with npm");
    try (Stream<Path> scripts = Files.list(SCRIPTS)) {
      for (Path script : scripts.toList()) {
        Files.copy(script, folder.resolve(script.getFileName()));
      }
    }
    ClientTools tools = new ClientTools(folder, Files.createDirectory(folder.resolve("outputs")));
    MillraceProcess.Result npm =
        tools.result("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
    if (npm.exitCode() != 0) {
      abort("npm cannot install kafkajs and cloudevents: " + npm.errors());
    }
    return tools;
  }

  private static void require(String program, String option, String advice) throws Exception {
    try {
      new ProcessBuilder(program, option)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      abort("there is no " + program + "; " + advice);
    }
  }

  private static void abort(String reason) {
    if (REQUIRED) {
      throw new AssertionError(reason);
    }
    Assumptions.abort("skipped: " + reason);
  }

  /** Sends the content of files, which kcat reads. The arguments are those of kcat. */
  void kcat(List<Path> files, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("kcat", "-P"));
    words.addAll(List.of(arguments));
    files.forEach(file -> words.add(file.toString()));
    run(words.toArray(String[]::new));
  }

  /** Reads a topic from its beginning to its end with kcat. Returns one JSON object per record. */
  List<String> kcat(String bootstrapServers, String topic) throws Exception {
    return run("kcat", "-C", "-b", bootstrapServers, "-t", topic, "-e", "-q", "-J")
        .lines()
        .toList();
  }

  /** Runs a script of {@code src/test/clients}. Returns the lines that it prints. */
  List<String> node(String script, Object... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("node", script));
    Stream.of(arguments).map(Object::toString).forEach(words::add);
    return run(words.toArray(String[]::new)).lines().toList();
  }

  private String run(String... command) throws Exception {
    MillraceProcess.Result result = result(command);
    if (result.exitCode() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + result.errors());
    }
    return result.output();
  }

  private MillraceProcess.Result result(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    try (MillraceProcess process = MillraceProcess.start(outputs, command[0], builder)) {
      int exitCode = process.await(PATIENCE);
      return new MillraceProcess.Result(exitCode, process.output(), process.errors());
    }
  }

  /** Writes a file into a new folder with a given name. */
  Path write(String inFolder, String name, byte[] content) throws IOException {
    Path target = Files.createDirectories(folder.resolve(inFolder));
    return Files.write(target.resolve(name), content);
  }

  /** Writes a text into a file. */
  Path write(String inFolder, String name, String content) throws IOException {
    return write(inFolder, name, content.getBytes(StandardCharsets.UTF_8));
  }
}
