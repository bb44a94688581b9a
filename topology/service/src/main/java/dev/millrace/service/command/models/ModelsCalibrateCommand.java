package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.SampleSize;
import dev.millrace.core.evaluation.Temperature;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.service.command.evaluate.FiguresText;
import dev.millrace.service.command.evaluate.LabelledFiles;
import dev.millrace.service.command.evaluate.LabelledFolder;
import dev.millrace.service.command.evaluate.Measured;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.command.output.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models calibrate}. */
@Command(
    name = "calibrate",
    description = {
      "Publish a new version with calibrated probabilities.",
      "Fits a temperature, a number that divides the logits before the softmax. Use labelled images"
          + " that the model was not trained on. The most probable class of an image stays the"
          + " same. Prints the measures with and without the temperature, and the number of the new"
          + " version. Each image is measured with a temperature that was fitted on other images."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace models calibrate --model fashion --data images/test"})
final class ModelsCalibrateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Mixin private LabelledFolder data;

  @Grouped(Section.MODEL)
  @Option(names = "--json", description = "Print the version's manifest as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    version.repository().requireWritable();
    ModelVersion plain = version.read();
    if (!plain.isPrepared()) {
      throw new ModelException(
          plain + " is a version of Triton's; publish it with 'millrace models import' first");
    }
    if (plain.manifest().quantization() != null) {
      throw new ModelException(
          plain
              + " is quantised, and its reference answers hold for its present temperature;"
              + " calibrate the float32 version with --version, and quantise the result");
    }
    LabelledFiles images = data.find(plain.labels(), this::complain);
    requireEnough(images.files().size());
    List<float[]> logits = new ArrayList<>();
    List<Integer> truths = new ArrayList<>();
    var unused =
        Measured.of(
            plain,
            images,
            spec,
            (truth, probabilities) -> {
              logits.add(Temperature.logits(probabilities));
              truths.add(truth);
            });
    requireEnough(logits.size());
    CrossFit fit = CrossFit.of(logits, truths);
    ModelVersion calibrated = publish(plain, fit);
    tell(calibrated, fit);
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(calibrated.manifest()) : Integer.toString(calibrated.version()));
    return ExitCode.DONE;
  }

  private static void requireEnough(int images) {
    if (images < SampleSize.FEWEST) {
      throw new CommandException(
          "--data has "
              + images
              + " images that can be read, but a temperature needs at least "
              + SampleSize.FEWEST
              + "; add images to the folder");
    }
  }

  private ModelVersion publish(ModelVersion plain, CrossFit fit) {
    ScaledModel scaled = ScaledModel.of(plain.readVerified(), fit);
    ModelManifest manifest = plain.manifest();
    return version
        .repository()
        .publish(
            plain.name(),
            new ModelFiles(scaled.bytes(), plain.weights()),
            manifest.preprocessing(),
            plain.labels(),
            new Provenance(
                new ModelManifest.Source(
                    "calibration", plain.name() + "/" + plain.version(), plain.sha256()),
                plain.version(),
                Map.of("accuracy", scaled.figures().top1().value()),
                null,
                null,
                scaled.calibration(),
                scaled.figures(),
                null),
            manifest.kind());
  }

  private void tell(ModelVersion calibrated, CrossFit fit) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(calibrated + " on " + fit.figures().n() + " images");
    FiguresText text = new FiguresText(err, calibrated.labels());
    text.printOverall(fit.figures());
    text.printCalibration(calibrated.manifest().calibration());
    err.flush();
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
