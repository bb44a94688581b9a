package dev.millrace.service.command.classify;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.images.ImageFile;
import dev.millrace.service.command.images.ImageFiles;
import dev.millrace.service.command.inference.Answer;
import dev.millrace.service.command.inference.CpuModel;
import dev.millrace.service.command.inference.ImageClassifier;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace classify}. */
@Command(
    name = "classify",
    description = {
      "Classify image files with a model, without Kafka.",
      "Prints one line per image. The exit code is 1 if an image cannot be classified."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace classify cat.jpg --model fashion",
      "  millrace classify photos --model-file resnet.onnx --labels labels.txt --json"
    })
public final class ClassifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Image file, or folder of images.")
  private List<Path> paths;

  @Mixin private ChosenModel model;

  @Grouped(Section.PREDICTIONS)
  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "Number of most probable classes to list (default: ${DEFAULT-VALUE}).")
  private int top;

  @Grouped(Section.PREDICTIONS)
  @Option(
      names = "--json",
      description =
          "Print one line of JSON per image, as in the predictions topic but without the field"
              + " 'source'. The id is the image's path.")
  private boolean json;

  private int refused;

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new IllegalArgumentException("top: " + top + " must be at least 1");
    }
    List<Path> files = files();
    model.requireOneModel(spec.commandLine().getParseResult().matchedOptions());
    try (CpuModel loaded = model.load(spec.commandLine().getErr());
        ImageClassifier classifier = new ImageClassifier(loaded)) {
      classifier.classify(files, answer -> print(answer, loaded));
    }
    return refused == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }

  /**
   * {@return the paths of the images} If an argument is a file, its path is returned as the user
   * wrote it.
   */
  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isRegularFile(path)) {
        files.add(path);
      } else {
        ImageFiles.find(List.of(path), false, this::complain).stream()
            .map(ImageFile::path)
            .forEach(files::add);
      }
    }
    return files;
  }

  private void print(Answer answer, CpuModel loaded) {
    if (answer.problem() != null) {
      refused++;
      complain(answer.file() + ": " + answer.problem());
      return;
    }
    ClassifiedImage image = ClassifiedImage.of(answer, loaded, top);
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? image.json() : image.text());
    out.flush();
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
