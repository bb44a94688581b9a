package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.evaluate.LabelledFiles;
import dev.millrace.service.command.evaluate.LabelledFolder;
import dev.millrace.service.command.evaluate.Measured;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.RepositoryOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace models compare}. */
@Command(
    name = "compare",
    description = {
      "Compare two versions on the same labelled images, without Kafka.",
      "Prints the accuracy of both versions, the number of images that only one version classifies"
          + " correctly, and the p-value of McNemar's exact two-sided test."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models compare 1 2 --model fashion --data images/test",
      "  millrace models compare fashion/2 other/1 --data images/test --json"
    })
final class ModelsCompareCommand implements Callable<Integer> {

  private static final Pattern VERSION = Pattern.compile("(?:(.+)[/:])?([1-9]\\d{0,8})");

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "First version: a number of --model, or NAME/NUMBER.")
  private String first;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "Second version: a number of --model, or NAME/NUMBER.")
  private String second;

  @Mixin private RepositoryOption repository;

  @Grouped(Section.MODEL)
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Name of the model, for versions given as numbers.")
  private String model;

  @Mixin private LabelledFolder data;

  @Grouped(Section.DATA)
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    ModelRepository models = repository.open();
    ModelVersion a = version(models, first);
    ModelVersion b = version(models, second);
    LabelledFiles images = data.find(a.labels(), b.labels(), this::complain);
    Measured ofA = Measured.of(a, images, spec);
    // B classifies only the images that A could classify. A warning has already named the other
    // images.
    Measured ofB = Measured.of(b, images.only(ofA.correct().keySet()), spec);
    Comparison comparison = Comparison.of(ofA, ofB);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(comparison.json());
    } else {
      comparison.print(out);
    }
    return ExitCode.DONE;
  }

  private ModelVersion version(ModelRepository models, String text) {
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a version; give a number with --model, or NAME/NUMBER");
    }
    String name = matcher.group(1) == null ? model : matcher.group(1);
    if (name == null) {
      throw new IllegalArgumentException(
          "Missing required option: '--model=NAME', for version " + text);
    }
    return models.version(ModelManifest.requireName(name), Integer.parseInt(matcher.group(2)));
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
