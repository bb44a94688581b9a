package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.onnx.quantize.CalibrationImages;
import dev.millrace.onnx.quantize.Quantizer;
import dev.millrace.service.command.evaluate.FiguresText;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.TemporaryFolder;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.quantize.DecodedPictures;
import dev.millrace.service.command.quantize.PictureOptions;
import dev.millrace.service.command.quantize.Pictures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models quantize}. */
@Command(
    name = "quantize",
    description = {
      "Publish an int8 version of a model, which is faster on a CPU.",
      "Measures the activations of the float32 version on images, quantises it, and compares both"
          + " versions on other images. Publishes nothing if the int8 version loses too much."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models quantize --model fashion --calibrate images/train",
      "  millrace models quantize --model m --calibrate photos --reduce-range"
    })
final class ModelsQuantizeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Mixin private PictureOptions pictures;

  @Mixin private KafkaOptions kafka;

  @Grouped(Section.MODEL)
  @Option(
      names = "--max-loss",
      paramLabel = "POINTS",
      description =
          "Largest loss of accuracy, in percentage points (default: "
              + Quantizer.Settings.MAX_LOSS
              + "). If the classes of the images are unknown or independent: largest share of"
              + " images, in percent, to which the versions may give different answers (default: "
              + Quantizer.Settings.MAX_DIFFERENT
              + ").")
  private Double maxLoss;

  @Grouped(Section.MODEL)
  @Option(
      names = "--require-faster",
      description = "Publish nothing if the int8 version is not faster on this processor.")
  private boolean requireFaster;

  @Grouped(Section.MODEL)
  @Option(
      names = "--reduce-range",
      description =
          "Give the weights 7 bits instead of 8. Faster on processors with AVX2 but without VNNI,"
              + " and a little less accurate.")
  private boolean reduceRange;

  @Grouped(Section.MODEL)
  @Option(names = "--json", description = "Print the version's manifest as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    LossLimit limit = new LossLimit(maxLoss);
    ModelRepository models = version.repository();
    models.requireWritable();
    ModelVersion float32 = version.read();
    requireQuantizable(float32);
    Labels labels = float32.labels();
    Preprocessing preprocessing = float32.manifest().preprocessing();
    boolean exclusive = !float32.manifest().independent();
    pictures.requireHeldOut(limit.fewest(false), limit.why(false));
    try (TemporaryFolder folder =
        TemporaryFolder.in(Path.of(System.getProperty("java.io.tmpdir")))) {
      Pictures found = pictures.calibration(kafka, labels, folder.path(), this::complain);
      DecodedPictures decoded = pictures.decode(found, preprocessing, this::complain);
      requireEnough(found.place(), decoded.pixels().size());
      Pictures judging = pictures.heldOut(found, decoded.taken(), labels, this::complain);
      boolean accuracy = exclusive && judging.isLabelled();
      requireEnough(judging, limit, accuracy);
      if (exclusive && found.isLabelled() != judging.isLabelled()) {
        complain(
            "either the images of --calibrate or those that judge have no known classes, so at most "
                + limit.points(accuracy)
                + " % of the tuning images may get another answer before layers stay in float32");
      }
      CalibrationImages images =
          new CalibrationImages(
              decoded.pixels(), accuracy && found.isLabelled() ? decoded.truths() : List.of());
      QuantizationTrial trial =
          new QuantizationTrial(
              spec,
              float32,
              images,
              new Quantizer.Settings(reduceRange, limit.points(accuracy)),
              limit,
              new SpeedGate(requireFaster, System::nanoTime));
      publish(models, float32, trial.run(judging.pictures()), folder.path());
    }
    return ExitCode.DONE;
  }

  private static void requireEnough(String place, int calibrating) {
    if (calibrating < CalibrationImages.FEWEST) {
      throw new CommandException(
          place
              + " has "
              + calibrating
              + " different images that calibrate the model (--images), but at least "
              + CalibrationImages.FEWEST
              + " are needed");
    }
  }

  private void requireEnough(Pictures judging, LossLimit limit, boolean accuracy) {
    int fewest = limit.fewest(accuracy);
    pictures.requireHeldOut(fewest, limit.why(accuracy));
    int found = judging.pictures().size();
    if (found < fewest) {
      throw new CommandException(
          judging.place()
              + " has "
              + found
              + " different images that do not calibrate the model and can judge it, but at least "
              + fewest
              + " are needed "
              + limit.why(accuracy)
              + "; add images, calibrate with fewer (--images), or judge with others (--data)");
    }
  }

  private static void requireQuantizable(ModelVersion float32) {
    Integer parent = float32.manifest().parentVersion();
    if (float32.manifest().quantization() != null) {
      throw new CommandException(
          float32
              + " is already quantised; name the float32 version"
              + (parent == null ? "" : ", " + parent + ",")
              + " with --version");
    }
    if (!float32.isPrepared()) {
      throw new CommandException(
          float32 + " was never prepared by Millrace; import it with 'millrace models import'");
    }
    if (!float32.weights().isEmpty()) {
      throw new CommandException(
          float32 + " keeps weights in other files because it is above 2 GiB; this is too large");
    }
  }

  private void publish(
      ModelRepository models, ModelVersion float32, QuantizationTrial.Result result, Path folder)
      throws IOException {
    ModelManifest manifest = float32.manifest();
    Quantization quantization = result.quantization();
    Judgement judgement = quantization.judgement();
    ModelVersion published =
        models.publish(
            float32.name(),
            new ModelFiles(result.model().bytes(), result.answers().write(folder)),
            manifest.preprocessing(),
            float32.labels(),
            new Provenance(
                new ModelManifest.Source("quantization", null, manifest.sha256()),
                float32.version(),
                judgement.measure().equals(Judgement.ACCURACY)
                    ? Map.of("accuracy", judgement.int8().value())
                    : Map.of(),
                null,
                quantization,
                result.model().calibration(),
                result.model().figures(),
                null),
            manifest.kind());
    PrintWriter err = spec.commandLine().getErr();
    QuantizationText.lines(published).forEach(err::println);
    if (result.model().figures() != null) {
      FiguresText text = new FiguresText(err, published.labels());
      text.printOverall(result.model().figures());
      text.printCalibration(result.model().calibration());
    }
    err.flush();
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(published.manifest()) : published.version() + "");
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
