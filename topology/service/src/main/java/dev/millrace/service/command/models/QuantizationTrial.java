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
import dev.millrace.service.command.quantize.SpeedTest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Quantises a version, and judges the result.
 *
 * @param spec the command, whose standard error shows the progress
 * @param float32 the version
 * @param images the images that calibrate the model
 * @param settings the settings that the user has chosen
 * @param requireFaster whether to refuse a result that is not faster
 */
record QuantizationTrial(
    CommandSpec spec,
    ModelVersion float32,
    CalibrationImages images,
    Quantizer.Settings settings,
    boolean requireFaster) {

  /** Number of images from which the reference answers are chosen. */
  private static final int CANDIDATES = 64;

  /**
   * A quantised model that may be published.
   *
   * @param bytes the ONNX file
   * @param answers images with the answers that each processor must give
   * @param quantization how the model was quantised and judged
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
  record Result(byte[] bytes, ReferenceAnswers answers, Quantization quantization) {}

  /**
   * Quantises and judges.
   *
   * @param judging the images that judge the model; none of them calibrates it
   * @throws dev.millrace.core.model.ModelException if the version cannot be quantised
   * @throws CommandException if the result is refused
   */
  Result run(List<Picture> judging) {
    byte[] file = float32.readVerified();
    Preprocessing preprocessing = float32.manifest().preprocessing();
    Labels labels = float32.labels();
    try (Quantizer quantizer =
        new Quantizer(file, preprocessing, labels, images, settings, this::tell)) {
      QuantizedModel model = quantizer.quantize();
      try (ModelSession before = OnnxModelRuntime.open(file, Device.CPU, preprocessing, labels);
          ModelSession after =
              OnnxModelRuntime.open(model.bytes(), Device.CPU, preprocessing, labels)) {
        Judgement judgement = judgement(before, after, judging);
        if (judgement.loss() > settings.maxLoss() + 1e-9) {
          throw new CommandException(refusal(judgement, model, quantizer.mostDamaging()));
        }
        Speed speed =
            new SpeedTest(System::nanoTime).measure(before, after, images.pixels().get(0));
        if (requireFaster && speed.ratio() <= 1) {
          throw new CommandException(
              String.format(
                  Locale.ROOT,
                  "the int8 version is not faster on this processor (%.1f images/s, float32: %.1f)"
                      + " and was not published; leave out --require-faster, or try"
                      + " --reduce-range",
                  speed.int8(),
                  speed.float32()));
        }
        return result(model, judgement, speed, after);
      }
    }
  }

  private Result result(
      QuantizedModel model, Judgement judgement, Speed speed, ModelSession session) {
    List<byte[]> pixels = images.pixels();
    ReferenceAnswers answers =
        ReferenceAnswers.of(session, pixels.subList(0, Math.min(CANDIDATES, pixels.size())));
    return new Result(
        model.bytes(),
        answers,
        new Quantization(
            model.method(),
            settings.reduceRange(),
            model.canSaturate(),
            model.floatLayers(),
            new Quantization.Calibration(pixels.size(), images.digest()),
            judgement,
            speed,
            new Quantization.Reference(
                ReferenceAnswers.FILE_NAME, ReferenceAnswers.IMAGES, ReferenceAnswers.BOUND)));
  }

  private Judgement judgement(ModelSession before, ModelSession after, List<Picture> judging) {
    PrintWriter err = spec.commandLine().getErr();
    try (Progress progress =
        Progress.of(err, Terminal.ofThisProcess(), "judging", judging.size(), "images")) {
      Judge judge =
          new Judge(
              before,
              after,
              float32.manifest().preprocessing(),
              line -> progress.print(() -> tell(line)),
              progress::step);
      return judge.judge(judging);
    }
  }

  private String refusal(Judgement judgement, QuantizedModel model, String layer) {
    return String.format(
        Locale.ROOT,
        "the int8 version was not published: %s, a loss of %.2f points, but --max-loss allows %s."
            + " The most damaging layer is %s%s. Calibrate with more images (--images), or allow a"
            + " larger loss",
        QuantizationText.comparison(judgement),
        judgement.loss(),
        settings.maxLoss(),
        layer,
        model.floatLayers().isEmpty()
            ? ""
            : ", and " + model.floatLayers().size() + " layers stayed in float32");
  }

  private void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(float32 + ": " + line);
    err.flush();
  }
}
