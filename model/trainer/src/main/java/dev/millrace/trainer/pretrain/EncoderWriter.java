package dev.millrace.trainer.pretrain;

import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.Setting;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.run.Lineages;
import dev.millrace.trainer.run.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Writes a run's encoder with its lineage. */
final class EncoderWriter {

  private final PretrainingConfig config;
  private final UnlabelledImages images;
  private final String digest;

  EncoderWriter(PretrainingConfig config, UnlabelledImages images) {
    this.config = config;
    this.images = images;
    this.digest = images.digest();
  }

  /** {@return the options on which the result depends, as text} */
  Map<String, String> options() {
    Map<String, String> options = new TreeMap<>();
    options.put("network", Encoder.architecture(config.network()));
    options.put("preprocessing", config.preprocessing().toString());
    if (config.method() instanceof PretrainingMethod.Similarity similarity) {
      options.put("method", similarity.layers().toString());
      options.put("views", similarity.views().toString());
    } else {
      options.put("method", config.method().toString());
    }
    options.put("optimization", config.optimization().toString());
    options.put(RunOptions.BF16, Boolean.toString(config.compute().bf16()));
    options.put("seed", Long.toString(config.seed()));
    options.put("set of images", images.images().size() + " images, " + digest);
    return options;
  }

  /**
   * Writes or replaces the file.
   *
   * @param weights the encoder's weights
   * @param last the report of the last epoch
   */
  void write(Weights weights, PretrainingReport last) {
    Path file = config.output().toAbsolutePath();
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new TrainingException(
          "cannot create the folder of " + file + " (" + e + "); name another output file",
          e,
          Setting.OUTPUT);
    }
    new Encoder(
            weights,
            Encoder.architecture(config.network()),
            Encoder.normalization(config.preprocessing()),
            lineage(last.epoch()),
            last)
        .write(file);
  }

  private Lineage lineage(int epochs) {
    Map<String, String> recipe = options();
    recipe.put("device", config.compute().device().toString());
    return new Lineage(
        recipe,
        Map.of(),
        config.seed(),
        config.compute().threads(),
        "He",
        epochs,
        0,
        new Lineage.Data(digest, images.counts()),
        Lineages.libraries());
  }
}
