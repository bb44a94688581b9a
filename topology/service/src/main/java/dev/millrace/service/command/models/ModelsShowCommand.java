package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace models show}. */
@Command(name = "show", description = "Show everything that is known about a version.",
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
    ModelVersion chosen = version.read();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(chosen.manifest()));
    } else {
      show(out, chosen);
    }
    return ExitCode.DONE;
  }

  private static void show(PrintWriter out, ModelVersion version) {
    ModelManifest manifest = version.manifest();
    Preprocessing preprocessing = manifest.preprocessing();
    out.println(version);
    out.println("  file        " + version.modelFile());
    out.println("  sha256      " + manifest.sha256());
    out.println("  created     " + manifest.created());
    out.println("  source      " + manifest.source().kind() + " of " + manifest.source().file());
    out.println(
        "  input       "
            + preprocessing.size()
            + "x"
            + preprocessing.size()
            + " pixels, cropped from a shorter side of "
            + preprocessing.resize());
    out.println("  mean, std   " + preprocessing.mean() + ", " + preprocessing.std());
    if (!version.isPrepared()) {
      out.println(
          "  triton      resize, mean and std are ImageNet's unless the parameters in config.pbtxt"
              + " say others");
    }
    version
        .maxBatchSize()
        .ifPresent(most -> out.println("  batch       at most " + most + " images"));
    out.println(
        "  classes     "
            + manifest.labels().size()
            + ": "
            + String.join(", ", firstLabels(manifest)));
    manifest.metrics().forEach((name, value) -> out.println("  " + name + " " + value));
  }

  private static Iterable<String> firstLabels(ModelManifest manifest) {
    int shown = 10;
    return manifest.labels().size() <= shown
        ? manifest.labels()
        : java.util.stream.Stream.concat(
                manifest.labels().stream().limit(shown), java.util.stream.Stream.of("…"))
            .toList();
  }
}
