package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ReferenceAnswers;
import dev.millrace.onnx.quantize.CalibrationImages;
import dev.millrace.onnx.quantize.QuantizedModel;
import dev.millrace.onnx.quantize.Quantizer;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.output.Progress;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.command.quantize.Judge;
import dev.millrace.service.command.quantize.Picture;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Quantises a float32 version, and compares the int8 version with the float32 version.
 *
 * @param spec the command, whose standard error shows the progress
 * @param float32 the version to quantise
 * @param images the images that calibrate the model
 * @param settings the settings that the user has chosen
 * @param limit the largest loss of the int8 version
 * @param speedGate measures the speed, and refuses an int8 version that is too slow
 */
record QuantizationTrial(
    CommandSpec spec,
    ModelVersion float32,
    CalibrationImages images,
    Quantizer.Settings settings,
    LossLimit limit,
    SpeedGate speedGate) {

  /** Largest number of layers to name in the error message if the loss of accuracy is too large. */
  private static final int NAMED = 3;

  /**
   * A quantised model that may be published.
   *
   * @param model the model; it has a temperature of its own if the classes of the images are known
   *     and exclusive
   * @param answers images with the model's answers, which the model must give on every processor
   * @param quantization the settings of the quantisation, and the comparison with the float32
   *     version
   */
  record Result(ScaledModel model, ReferenceAnswers answers, Quantization quantization) {}

  /**
   * Quantises the float32 version, and compares the int8 version with the float32 version.
   *
   * @param judging the images for the comparison; none of them calibrates the model
   * @throws dev.millrace.core.model.ModelException if the version cannot be quantised
   * @throws CommandException if the result is refused, or too few of the images can be read
   */
  Result run(List<Picture> judging) {
    byte[] file = float32.readVerified();
    Preprocessing preprocessing = float32.manifest().preprocessing();
    Labels labels = float32.labels();
    try (Quantizer quantizer =
        new Quantizer(file, preprocessing, labels, images, settings, this::tell)) {
      try (ModelSession before = OnnxModelRuntime.open(file, Device.CPU, preprocessing, labels)) {
        Trial trial = judge(quantizer.quantize(), before, judging);
        requireEnough(trial.judgement());
        requireAccurate(trial.judgement());
        if (!isAllowed(trial)) {
          trial = moreAccurate(trial, quantizer, before, judging);
        }
        if (!isAllowed(trial)) {
          throw new CommandException(refusal(trial, quantizer.mostDamaging(trial.model, NAMED)));
        }
        return result(trial, speed(before, trial.model));
      }
    }
  }

  /** A quantised model that was compared with the float32 version. */
  private record Trial(QuantizedModel model, Judge.Verdict verdict) {

    Judgement judgement() {
      return verdict.judgement();
    }
  }

  private boolean isAllowed(Trial trial) {
    return limit.allows(trial.judgement());
  }

  /**
   * Judges a more accurate and slower model, if there is one. The same images judge both models, so
   * the measured loss of the second model is a little too small on average.
   */
  private Trial moreAccurate(
      Trial refused, Quantizer quantizer, ModelSession before, List<Picture> judging) {
    tell(
        String.format(
            Locale.ROOT,
            "a loss of %.2f points was measured, but %s are allowed (%s)",
            refused.judgement().loss(),
            limit.points(refused.judgement()),
            QuantizationText.comparison(refused.judgement())));
    return quantizer
        .moreAccurate(refused.model)
        .map(model -> judge(model, before, judging))
        .orElse(refused);
  }

  private Speed speed(ModelSession before, QuantizedModel model) {
    try (ModelSession after = open(model)) {
      return speedGate.measure(before, after, images.pixels().get(0));
    }
  }

  private ModelSession open(QuantizedModel model) {
    return OnnxModelRuntime.open(
        model.bytes(), Device.CPU, float32.manifest().preprocessing(), float32.labels());
  }

  private void requireEnough(Judgement judgement) {
    boolean accuracy = judgement.measure().equals(Judgement.ACCURACY);
    if (judgement.images() < limit.fewest(accuracy)) {
      throw new CommandException(
          "only "
              + judgement.images()
              + " of the images that judge the model can be read, but at least "
              + limit.fewest(accuracy)
              + " are needed "
              + limit.why(accuracy));
    }
  }

  /** Refuses a judgement that cannot show a loss, unless each loss is allowed. */
  private void requireAccurate(Judgement judgement) {
    if (!judgement.measure().equals(Judgement.ACCURACY)
        || limit.points(judgement) >= LossLimit.ANY) {
      return;
    }
    FloatAccuracy accuracy =
        new FloatAccuracy(judgement.float32(), judgement.images(), float32.labels().size());
    if (accuracy.isGuessing()) {
      throw new CommandException(
          "the int8 version was not published: " + float32 + " " + accuracy.text());
    }
    if (accuracy.isLow()) {
      tell("the float32 version " + accuracy.text());
    }
  }

  /**
   * Returns the result to publish. If the classes of the images are known and exclusive, the model
   * gets a temperature that was fitted on the answers of the int8 model. Otherwise, the model keeps
   * the temperature of the float32 version.
   */
  private Result result(Trial trial, Speed speed) {
    byte[] model = trial.model.bytes();
    ScaledModel scaled =
        trial.verdict.fit() == null
            ? new ScaledModel(model, float32.manifest().calibration(), null)
            : ScaledModel.of(model, trial.verdict.fit());
    return new Result(
        scaled,
        answers(scaled.bytes()),
        trial.model.quantization(settings, images, trial.judgement(), speed));
  }

  private ReferenceAnswers answers(byte[] model) {
    try (ModelSession session =
        OnnxModelRuntime.open(
            model, Device.CPU, float32.manifest().preprocessing(), float32.labels())) {
      return ReferenceAnswers.of(session, images.forReference());
    }
  }

  private Trial judge(QuantizedModel model, ModelSession before, List<Picture> judging) {
    PrintWriter err = spec.commandLine().getErr();
    try (ModelSession after = open(model);
        Progress progress =
            Progress.of(err, Terminal.ofThisProcess(), "judging", judging.size(), "images")) {
      Judge judge =
          new Judge(
              before,
              after,
              float32.manifest().preprocessing(),
              line -> progress.print(() -> tell(line)),
              progress::step);
      return new Trial(model, judge.judge(judging));
    }
  }

  private String refusal(Trial trial, List<String> layers) {
    Judgement judgement = trial.judgement();
    int kept = trial.model.floatLayers().size();
    return String.format(
        Locale.ROOT,
        "the int8 version was not published: a loss of %.2f points was measured, but --max-loss"
            + " allows %s (%s). The layers in int8 that do the most damage: %s%s. Calibrate with"
            + " more images (--images), allow a larger loss, or serve the float32 version",
        judgement.loss(),
        limit.points(judgement),
        QuantizationText.comparison(judgement),
        String.join(", ", layers),
        kept == 0
            ? ""
            : ", and of "
                + (kept + trial.model.layers())
                + " layers, "
                + kept
                + " stayed in float32");
  }

  private void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(float32 + ": " + line);
    err.flush();
  }
}
