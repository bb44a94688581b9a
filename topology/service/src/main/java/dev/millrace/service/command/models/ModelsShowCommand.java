package dev.millrace.service.command.models;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models show}. */
@Command(
    name = "show",
    description = "Show everything that is known about a version.",
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models show --model fashion",
      "  millrace models show --model fashion --version 2 --json"
    })
final class ModelsShowCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Option(names = "--json", description = "Print the manifest as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(version.manifest()));
    } else {
      new ManifestText(out, Instant.now()).print(version.read());
    }
    return ExitCode.DONE;
  }
}
