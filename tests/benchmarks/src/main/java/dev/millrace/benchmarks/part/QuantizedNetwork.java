package dev.millrace.benchmarks.part;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.Processor;
import dev.millrace.onnx.quantize.CalibrationImages;
import dev.millrace.onnx.quantize.Quantizer;
import dev.millrace.service.command.quantize.DecodedPictures;
import dev.millrace.service.command.quantize.Judge;
import dev.millrace.service.command.quantize.Pictures;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The quantised version of a version in the lab's repository. On processors without VNNI, its
 * weights have 7 bits, because ONNX Runtime's fast kernels would saturate with weights of 8 bits.
 *
 * <p>Layers stay in float32 as with the default limit of {@code models quantize}. With random
 * weights and images of unknown classes, all layers are quantised, because the answers of such a
 * network change with any rounding.
 *
 * @param model the name of the quantised model in the lab's repository
 * @param judgement the comparison with the float32 version, on images that were not used for the
 *     calibration; empty if the classes of the images are unknown
 */
record QuantizedNetwork(String model, Optional<Judgement> judgement) {

  private static final double ANY_LOSS = 100;
  private static final double MAX_LOSS = Quantizer.Settings.MAX_LOSS;
  private static final int MOST_CALIBRATING = 300;

  /**
   * Quantises the newest version of a model, and publishes it as the model {@code NAME-int8}.
   *
   * @param images images for the calibration and for the comparison. Half of them, but at most
   *     {@value #MOST_CALIBRATING}, calibrate the version, and the others are used for the
   *     comparison
   */
  static QuantizedNetwork of(Bench bench, String name, Pictures images) {
    ModelRepository repository = new ModelRepository(bench.lab().repository());
    ModelVersion version = repository.newest(name);
    Preprocessing preprocessing = version.manifest().preprocessing();
    byte[] float32 = version.readVerified();
    DecodedPictures decoded =
        DecodedPictures.ofHalf(
            images, MOST_CALIBRATING, preprocessing, line -> bench.progress("%s", line));
    byte[] int8;
    try (Quantizer quantizer =
        new Quantizer(
            float32,
            preprocessing,
            version.labels(),
            new CalibrationImages(
                decoded.pixels(), images.isLabelled() ? decoded.truths() : List.of()),
            new Quantizer.Settings(
                Processor.ofThisMachine().maySaturate(), images.isLabelled() ? MAX_LOSS : ANY_LOSS),
            line -> bench.progress("%s: %s", name, line))) {
      int8 = quantizer.quantize().bytes();
    }
    String model = name + "-int8";
    repository.publish(
        model,
        int8,
        preprocessing,
        version.labels(),
        new ModelManifest.Source("quantization", null, version.sha256()));
    return new QuantizedNetwork(
        model,
        images.isLabelled()
            ? Optional.of(judge(bench, version, float32, int8, images, decoded.taken()))
            : Optional.empty());
  }

  /**
   * {@return the loss of accuracy in words} The text says whether {@code models quantize} would
   * refuse this version by default.
   *
   * @param judgement the comparison on images with known classes
   */
  static String text(Judgement judgement) {
    Changes changes = judgement.changes();
    return String.format(
        Locale.ROOT,
        "accuracy lost on %d images that did not calibrate; float32 is right about %.2f %%; lost"
            + " %d, gained %d, a loss of at most %.2f points with 95 %% confidence%s",
        judgement.images(),
        100 * judgement.float32().value(),
        changes.lost(),
        changes.gained(),
        changes.bound(),
        judgement.isWithin(MAX_LOSS)
            ? ""
            : "; would be refused by the default limit of " + MAX_LOSS + " points");
  }

  private static Judgement judge(
      Bench bench, ModelVersion version, byte[] float32, byte[] int8, Pictures images, int taken) {
    Preprocessing preprocessing = version.manifest().preprocessing();
    Labels labels = version.labels();
    try (ModelSession before = OnnxModelRuntime.open(float32, Device.CPU, preprocessing, labels);
        ModelSession after = OnnxModelRuntime.open(int8, Device.CPU, preprocessing, labels)) {
      return new Judge(before, after, preprocessing, line -> bench.progress("%s", line), () -> {})
          .judge(images.pictures().subList(taken, images.pictures().size()))
          .judgement();
    }
  }
}
