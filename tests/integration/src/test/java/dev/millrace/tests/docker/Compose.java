package dev.millrace.tests.docker;

import dev.millrace.testing.ContainerEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs {@code docker compose} with the project's compose file, under a separate Compose project
 * name. Closing this object removes the Compose project's containers, networks and volumes. The
 * removal runs without {@code variables}, because a user may also remove the project in a shell
 * that does not have them.
 *
 * @param project name of the Compose project
 * @param variables environment variables for the compose file
 */
record Compose(String project, Map<String, String> variables) implements AutoCloseable {

  /** Exit code and output of a command. */
  record Result(int exitCode, String output) {}

  /** Runs a Compose command to its end. */
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
