package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace models import}. */
@Command(
    name = "import",
    description = {
      "Publish an ONNX classifier, or weights, as the next version.",
      "Prepares the model for serving, runs it on sample images, and prints the number of the"
          + " new version."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models import model.onnx --model m --labels labels.txt --size 28",
      "  millrace models import hf://ORG/MODEL@REVISION --model m",
      "  millrace models import w.npz --arch resnet50 --model m --labels labels.txt"
    })
final class ModelsImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "ONNX file whose input is images, and whose output is logits, probabilities or"
              + " independent scores. Weights in other files of its folder become part of the"
              + " version. With --arch, a file with the weights of that architecture. Or a model on"
              + " Hugging Face's hub: hf://ORG/MODEL, with @REVISION and the path of the ONNX file"
              + " if needed.")
  private String file;

  @Mixin private ModelOption model;

  @Mixin private ModelFileOptions options;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "" + ModelTrial.SECONDS,
      description =
          "Longest time, in seconds, that the model may take to load and to classify sample"
              + " images (default: ${DEFAULT-VALUE}).")
  private int timeLimit;

  @Grouped(Section.MODEL)
  @Option(names = "--json", description = "Print the version's manifest as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ModelTrial trial = new ModelTrial(Duration.ofSeconds(timeLimit));
    String name = model.name();
    model.repository().requireWritable();
    try (ImportedFile imported = ImportedFile.of(file)) {
      publish(name, imported, prepared(imported, trial));
    }
    return ExitCode.DONE;
  }

  private PreparedFile prepared(ImportedFile imported, ModelTrial trial) {
    try {
      return options.prepare(imported.path(), trial);
    } catch (ModelException e) {
      throw new ModelException(imported.named(e.getMessage()), e);
    }
  }

  private void publish(String name, ImportedFile imported, PreparedFile prepared) {
    ModelVersion version =
        model
            .repository()
            .publish(
                name,
                prepared.model().files(),
                prepared.preprocessing(),
                prepared.labels(),
                new Provenance(
                    new ModelManifest.Source("import", imported.origin(), prepared.sha256()),
                    null,
                    Map.of(),
                    null),
                prepared.kind());
    PrintWriter err = spec.commandLine().getErr();
    prepared.lines(version).forEach(line -> err.println(imported.named(line)));
    err.flush();
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(version.manifest()) : Integer.toString(version.version()));
  }
}
