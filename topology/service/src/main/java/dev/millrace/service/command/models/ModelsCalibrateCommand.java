package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Temperature;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.onnx.TemperatureScaling;
import dev.millrace.service.command.evaluate.FiguresText;
import dev.millrace.service.command.evaluate.LabelledFolder;
import dev.millrace.service.command.evaluate.LabelledImages;
import dev.millrace.service.command.evaluate.Measured;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
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

/** {@code millrace models calibrate}. */
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
    LabelledImages images = data.find(plain.labels(), this::complain);
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
    CrossFit fit = CrossFit.of(logits, truths);
    ModelVersion calibrated = publish(plain, fit);
    tell(calibrated, fit);
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(calibrated.manifest()) : Integer.toString(calibrated.version()));
    return ExitCode.DONE;
  }

  private ModelVersion publish(ModelVersion plain, CrossFit fit) {
    byte[] scaled = TemperatureScaling.apply(plain.readVerified(), fit.calibration().temperature());
    ModelManifest manifest = plain.manifest();
    Figures figures = fit.figures();
    return version
        .repository()
        .publish(
            plain.name(),
            new ModelFiles(scaled, plain.weights()),
            manifest.preprocessing(),
            plain.labels(),
            new Provenance(
                new ModelManifest.Source(
                    "calibration", plain.name() + "/" + plain.version(), plain.sha256()),
                plain.version(),
                Map.of("accuracy", figures.top1().value()),
                null,
                null,
                inTheGraph(scaled, fit.calibration()),
                figures,
                null),
            manifest.kind());
  }

  /**
   * {@return the calibration with the temperature in the graph, which includes the temperature of
   * an earlier calibration}
   */
  private static Calibration inTheGraph(byte[] scaled, Calibration fitted) {
    return new Calibration(
        TemperatureScaling.of(scaled).orElseThrow(),
        fitted.images(),
        fitted.changed(),
        fitted.before());
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
