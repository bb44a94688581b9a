package dev.millrace.service.command.models;

import static dev.millrace.service.command.evaluate.FiguresText.UNKNOWN;
import static dev.millrace.service.command.evaluate.FiguresText.share;

import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.onnx.Processor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Describes in words how a version was quantised. If the manifest lacks a value, the text says that
 * the value is unknown.
 */
final class QuantizationText {

  private QuantizationText() {}

  /** {@return the lines about a new version; the first line begins with the version's name} */
  static List<String> lines(ModelVersion version) {
    Quantization quantization = version.manifest().quantization();
    List<String> lines = new ArrayList<>();
    lines.add(version + ": " + summary(quantization));
    lines.add(comparison(quantization.judgement()));
    lines.add(speed(quantization));
    if (quantization.canSaturate() && Processor.ofThisMachine().maySaturate()) {
      lines.add(
          "this processor has no VNNI, so it runs 8-bit weights with slower kernels; with"
              + " --reduce-range it runs the fast ones");
    }
    return lines;
  }

  /** {@return how the version was quantised, in one line} */
  static String summary(Quantization quantization) {
    List<String> kept = quantization.floatLayers();
    Quantization.Calibration calibration = quantization.calibration();
    return "int8"
        + (quantization.reduceRange() ? " with 7-bit weights" : "")
        + ", "
        + Objects.requireNonNullElse(quantization.method(), UNKNOWN)
        + " calibration with "
        + (calibration == null ? UNKNOWN : calibration.images())
        + " images"
        + (kept.isEmpty() ? "" : ", in float32: " + String.join(", ", kept));
  }

  /**
   * {@return the accuracy of the int8 version and of the float32 version, and the images that only
   * one of them classifies correctly; or the share of images to which both give the same answer}
   * Shares have 95 % intervals.
   */
  static String comparison(Judgement judgement) {
    if (judgement == null) {
      return UNKNOWN;
    }
    return judgement.float32() == null
        ? "the same answer as float32 to "
            + share(judgement.int8())
            + " of "
            + judgement.images()
            + " held-out images"
        : "top-1 "
            + share(judgement.int8())
            + ", float32 "
            + share(judgement.float32())
            + ", on "
            + judgement.images()
            + " held-out images"
            + changes(judgement.changes());
  }

  private static String changes(Changes changes) {
    return changes == null
        ? ""
        : String.format(
            Locale.ROOT,
            "; only float32 is right about %d of them, and only int8 about %d, so the loss is at"
                + " most %.2f points with 95 %% confidence",
            changes.lost(),
            changes.gained(),
            changes.bound());
  }

  /**
   * {@return the speed of the int8 version and of the float32 version on one thread, and the name
   * of the processor}
   */
  static String speed(Quantization quantization) {
    Speed speed = quantization.speed();
    Judgement judgement = quantization.judgement();
    if (speed == null) {
      return UNKNOWN;
    }
    return String.format(
        Locale.ROOT,
        "%.1f images/s on one thread, float32 %.1f (%.2f times as fast) on %s",
        speed.int8(),
        speed.float32(),
        speed.ratio(),
        judgement == null || judgement.processor() == null
            ? "an unknown processor"
            : judgement.processor());
  }
}
