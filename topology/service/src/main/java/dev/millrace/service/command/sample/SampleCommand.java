package dev.millrace.service.command.sample;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.demo.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace sample}. */
@Command(
    name = "sample",
    description = {
      "Write a small trained network and images to try Millrace with.",
      "Writes model.onnx, labels.txt, and a folder named images. This folder holds 1,000 of"
          + " Fashion-MNIST's test images, in one folder per class."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace sample millrace-data/sample"})
public final class SampleCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Folder to write to. It is created if missing.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    Sample.write(folder);
    spec.commandLine()
        .getOut()
        .printf("wrote model.onnx, labels.txt and %d images to %s%n", Sample.IMAGES, folder);
    return ExitCode.DONE;
  }
}
