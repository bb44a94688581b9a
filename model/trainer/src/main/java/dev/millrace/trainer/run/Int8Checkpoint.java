package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.SampleSize;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.model.Setting;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.TrainingException;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.Processor;
import dev.millrace.onnx.ReferenceAnswers;
import dev.millrace.onnx.quantize.CalibrationImages;
import dev.millrace.onnx.quantize.QuantizedModel;
import dev.millrace.onnx.quantize.Quantizer;
import dev.millrace.onnx.quantize.SpeedTest;
import dev.millrace.trainer.data.EvaluationSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A checkpoint in 8-bit integers. Training images determine the ranges of the activations, and the
 * gate's images determine the temperature. The checkpoint is compared with the checkpoint in
 * float32 on the report's images. The weights have 7 bits, so that the version is right and fast on
 * processors without VNNI, too.
 *
 * @param model the quantised model with its own temperature; {@link #close} closes it
 * @param quantization how the model was quantised, and the comparison with the float32 model
 * @param answers images with the answers that each processor must give
 */
record Int8Checkpoint(CalibratedModel model, Quantization quantization, ReferenceAnswers answers)
    implements AutoCloseable {

  private static final Quantizer.Settings SETTINGS =
      new Quantizer.Settings(true, Quantizer.Settings.MAX_LOSS);

  private static final int MOST_CALIBRATING = 500;

  /** The smallest number of the report's images for the comparison with the float32 checkpoint. */
  private static final int FEWEST_JUDGING = SampleSize.toMeasure(Quantizer.Settings.MAX_LOSS);

  /**
   * Quantises a checkpoint.
   *
   * @param prepared the checkpoint's file in float32, without a temperature
   * @param float32 the same checkpoint with its temperature
   * @param warnings receives the reason if there is no int8 version
   * @param nanoTime the clock, in ns
   * @return the checkpoint in 8-bit integers, which the caller closes; empty if it loses too much
   *     accuracy, or there are too few images
   */
  static Optional<Int8Checkpoint> of(
      byte[] prepared,
      CalibratedModel float32,
      TrainingImages images,
      Preprocessing preprocessing,
      Consumer<String> warnings,
      LongSupplier nanoTime) {
    Optional<String> lack = lack(images);
    if (lack.isPresent()) {
      warnings.accept("there is no int8 version: " + lack.get());
      return Optional.empty();
    }
    int calibrating = Math.min(images.statistics().size(), MOST_CALIBRATING);
    CalibrationImages chosen =
        calibration(images.statistics().arc(0, calibrating), preprocessing.bytes());
    try (Quantizer quantizer =
        new Quantizer(prepared, preprocessing, images.labels(), chosen, SETTINGS, progress -> {})) {
      Trial trial = Trial.of(quantizer.quantize(), float32, images, preprocessing);
      try {
        Optional<QuantizedModel> better =
            trial.isAllowed() ? Optional.empty() : quantizer.moreAccurate(trial.quantized);
        if (better.isPresent()) {
          Trial second = Trial.of(better.get(), float32, images, preprocessing);
          trial.int8.close();
          trial = second;
        }
        if (trial.isAllowed()) {
          return Optional.of(trial.checkpoint(float32, chosen, nanoTime));
        }
        warnings.accept(refusal(trial.judgement, quantizer.mostDamaging(trial.quantized, 1)));
      } catch (RuntimeException | Error e) {
        trial.int8.close();
        throw e;
      }
      trial.int8.close();
      return Optional.empty();
    } catch (ModelException e) {
      warnings.accept("there is no int8 version: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** A quantised checkpoint that was compared with the float32 checkpoint. */
  private record Trial(QuantizedModel quantized, CalibratedModel int8, Judgement judgement) {

    static Trial of(
        QuantizedModel quantized,
        CalibratedModel float32,
        TrainingImages images,
        Preprocessing preprocessing) {
      CalibratedModel int8 = calibrated(quantized, images, preprocessing);
      return new Trial(quantized, int8, Int8Checkpoint.judgement(float32, int8));
    }

    boolean isAllowed() {
      return judgement.isWithin(SETTINGS.maxLoss());
    }

    Int8Checkpoint checkpoint(
        CalibratedModel float32, CalibrationImages calibrating, LongSupplier nanoTime) {
      Speed speed =
          new SpeedTest(nanoTime)
              .measure(float32.session(), int8.session(), calibrating.pixels().get(0));
      return new Int8Checkpoint(
          int8,
          quantized.quantization(SETTINGS, calibrating, judgement, speed),
          ReferenceAnswers.of(int8.session(), calibrating.forReference()));
    }
  }

  /**
   * Requires enough images for 8-bit integers.
   *
   * @throws TrainingException if there are too few images
   */
  static void requireEnough(TrainingImages images) {
    lack(images)
        .ifPresent(
            lack -> {
              throw new TrainingException(
                  "no checkpoint could be published in 8-bit integers: "
                      + lack
                      + "; add images, hold out a larger share of them, or publish checkpoints"
                      + " in float32",
                  Setting.HELD_OUT,
                  Setting.PRECISION);
            });
  }

  /** {@return a text that says which images are too few, or empty if there are enough images} */
  private static Optional<String> lack(TrainingImages images) {
    int judging = images.report().size();
    int calibrating = images.statistics().size();
    if (judging < FEWEST_JUDGING) {
      return Optional.of(
          judging
              + " held-out images can judge it, but at least "
              + FEWEST_JUDGING
              + " are needed");
    }
    return calibrating < CalibrationImages.FEWEST
        ? Optional.of(
            calibrating
                + " training images can calibrate it, but at least "
                + CalibrationImages.FEWEST
                + " are needed")
        : Optional.empty();
  }

  private static CalibratedModel calibrated(
      QuantizedModel quantized, TrainingImages images, Preprocessing preprocessing) {
    try (ModelSession plain =
        OnnxModelRuntime.open(quantized.bytes(), Device.CPU, preprocessing, images.labels())) {
      return CalibratedModel.of(quantized.bytes(), plain, images, preprocessing);
    }
  }

  private static String refusal(Judgement judgement, List<String> layer) {
    return String.format(
        Locale.ROOT,
        "there is no int8 version: it loses %.2f points of accuracy on %d held-out images, and at"
            + " most %s are allowed; the most damaging layer in int8 is %s",
        judgement.loss(),
        judgement.images(),
        SETTINGS.maxLoss(),
        layer.get(0));
  }

  private static CalibrationImages calibration(EvaluationSet images, int bytes) {
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    images.forEachBatch(
        batch -> {
          ByteBuffer all = batch.pixels();
          for (int i = 0; i < batch.size(); i++) {
            byte[] image = new byte[bytes];
            all.get(i * bytes, image);
            pixels.add(image);
            classes.add(batch.labels()[i]);
          }
        });
    return new CalibrationImages(pixels, classes);
  }

  private static Judgement judgement(CalibratedModel float32, CalibratedModel int8) {
    int images = int8.figures().n();
    return new Judgement(
        Judgement.ACCURACY,
        images,
        float32.figures().top1(),
        int8.figures().top1(),
        Changes.of(images, float32.rightAlone(int8), int8.rightAlone(float32)),
        Processor.ofThisMachine().toString());
  }

  @Override
  public void close() {
    model.close();
  }
}
