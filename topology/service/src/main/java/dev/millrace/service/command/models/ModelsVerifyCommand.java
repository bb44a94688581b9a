package dev.millrace.service.command.models;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.onnx.ModelCheck;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models verify}. */
@Command(
    name = "verify",
    description = "Check a version's checksum, input, output and answers.",
    footerHeading = Examples.HEADING,
    footer = {"  millrace models verify --model fashion --version 2"})
final class ModelsVerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ModelVersion chosen = version.read();
    ModelCheck check = ModelTrial.usual().check(chosen);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("name", chosen.name());
      result.put("version", chosen.version());
      result.put("sha256", chosen.sha256());
      if (!chosen.weights().isEmpty()) {
        result.put("files", chosen.manifest().files());
      }
      result.put("inputWidth", check.inputWidth());
      result.put("inputHeight", check.inputHeight());
      result.put("classes", check.classes());
      result.put("milliseconds", check.milliseconds());
      out.println(Json.line(result));
    } else {
      out.printf(
          "%s is sound: sha256 %s, %s%dx%d pixels, %d classes, five images in %.1f ms%n",
          chosen,
          chosen.sha256(),
          chosen.weights().isEmpty() ? "" : String.join(", ", chosen.weights().keySet()) + ", ",
          check.inputWidth(),
          check.inputHeight(),
          check.classes(),
          check.milliseconds());
    }
    return ExitCode.DONE;
  }
}
