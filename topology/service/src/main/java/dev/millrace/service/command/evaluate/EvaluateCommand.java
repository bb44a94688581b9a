package dev.millrace.service.command.evaluate;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.VersionOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Measure a version's accuracy on labelled images, without Kafka.",
      "Prints top-1 and top-5 accuracy with 95-percent Wilson intervals, balanced accuracy, recall and"
          + " precision of each class, the confusion matrix, the expected calibration error, and"
          + " images per second."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace evaluate --model fashion --data images/test",
      "  millrace evaluate --model fashion --data images/test --svg confusion.svg",
      "  millrace evaluate --model resnet50 --data imagenet/val --classes synset.txt"
    })
public final class EvaluateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Mixin private LabelledFolder data;

  @Grouped(Section.DATA)
  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Also write the confusion matrix to this file, as an SVG picture.")
  private Path svg;

  @Grouped(Section.DATA)
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    ModelVersion chosen = version.read();
    LabelledFiles images = data.find(chosen.labels(), this::complain);
    Measured measured = Measured.of(chosen, images, spec);
    PrintWriter out = spec.commandLine().getOut();
    EvaluationReport report = new EvaluationReport(measured);
    if (json) {
      out.println(report.json());
    } else {
      report.print(out);
    }
    out.flush();
    if (svg != null) {
      write(ConfusionSvg.of(measured.evaluation().confusion(), chosen.labels()));
    }
    return ExitCode.DONE;
  }

  private void write(String picture) {
    try {
      Files.writeString(svg, picture);
    } catch (IOException e) {
      throw new CommandException(
          "cannot write " + svg + " (" + e + "); check that its folder exists and is writable", e);
    }
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
