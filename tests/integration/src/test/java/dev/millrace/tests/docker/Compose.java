package dev.millrace.tests.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code docker compose} with the project's compose file, under a project name of its own. Closing
 * it removes what it started, the volumes included; that is done without the variables, as from
 * another shell.
 *
 * @param project Compose's name for what belongs together
 * @param variables what the file is filled in with
 */
record Compose(String project, Map<String, String> variables) implements AutoCloseable {

  /** How a run ended, and all that it printed. */
  record Result(int exitCode, String output) {}

  /** Runs one of Compose's commands to its end. */
  Result run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker", "compose", "-p", project));
    command.add("-f");
    command.add(ContainerEngine.ROOT.resolve("docker/compose.yaml").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    Result down = new Compose(project, Map.of()).run("down", "--volumes");
    if (down.exitCode() != 0) {
      throw new IOException("cannot remove " + project + ": " + down.output());
    }
  }
}
