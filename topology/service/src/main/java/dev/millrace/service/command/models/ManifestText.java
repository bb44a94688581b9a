package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.service.command.evaluate.FiguresText;
import dev.millrace.service.command.output.Durations;
import dev.millrace.service.preprocessing.PreprocessingText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Prints a version's manifest as text.
 *
 * @param out the writer to print to
 * @param now the current time, for the version's age
 */
record ManifestText(PrintWriter out, Instant now) {

  private static final int FEW_LABELS = 20;
  private static final int WIDTH = 22;

  void print(ModelVersion version) {
    ModelManifest manifest = version.manifest();
    Preprocessing preprocessing = manifest.preprocessing();
    out.println(version);
    line("file", version.modelFile().toString());
    line("sha256", manifest.sha256());
    version.weights().forEach((name, file) -> line(name, size(file) + ", sha256 " + file.sha256()));
    Duration age = Duration.between(Instant.parse(manifest.created()), now);
    line("created", manifest.created() + ", " + Durations.age(age) + " ago");
    line("source", source(manifest));
    if (manifest.parentVersion() != null) {
      line("parent", "version " + manifest.parentVersion());
    }
    line("input", PreprocessingText.input(preprocessing));
    if (preprocessing.scale() != Preprocessing.UNIT_SCALE) {
      line("scale", Double.toString(preprocessing.scale()));
    }
    line("mean, std", preprocessing.mean() + ", " + preprocessing.std());
    if (!version.isPrepared()) {
      line(
          "triton",
          "resize, mean and std are ImageNet's unless the parameters in config.pbtxt say others");
    }
    version.maxBatchSize().ifPresent(most -> line("batch", "at most " + most + " images"));
    line(manifest.independent() ? "independent classes" : "classes", classes(manifest.labels()));
    Quantization quantization = manifest.quantization();
    if (quantization != null) {
      line("quantization", QuantizationText.summary(quantization));
      line("judged by", QuantizationText.comparison(quantization.judgement()));
      line("speed", QuantizationText.speed(quantization));
    }
    printMetrics(new TreeMap<>(manifest.metrics()));
    if (manifest.golden() != null) {
      line("golden set", manifest.golden().text());
    }
    printEvaluation(manifest);
  }

  /** Prints each metric in one line with its interval and its number of images. */
  private void printMetrics(Map<String, Double> metrics) {
    metrics.forEach(
        (name, value) -> {
          if ((!name.endsWith("_low") && !name.endsWith("_high") && !name.endsWith("_images"))
              || name.equals("gate_images")) {
            line(name, value(name, value) + extent(metrics, name, value));
          }
        });
  }

  /**
   * Returns a metric's interval and number of images, or an empty text if they are unknown. All
   * metrics of the gate, and all metrics of the golden set, are measured on the same images, so the
   * manifest holds their number only once.
   */
  private static String extent(Map<String, Double> metrics, String name, double value) {
    Double low = metrics.get(name + "_low");
    Double high = metrics.get(name + "_high");
    Double images = metrics.get(name + "_images");
    if (name.matches("(gate|golden)_.*accuracy")) {
      images = metrics.get(name.substring(0, name.indexOf('_')) + "_images");
      if (images != null) {
        Proportion share = Proportion.ofShare(value, images.intValue());
        low = share.low();
        high = share.high();
      }
    }
    String ends =
        low == null || high == null
            ? ""
            : " (95 % interval: " + value(name, low) + " to " + value(name, high) + ")";
    return ends + (images == null ? "" : " of " + value("", images));
  }

  private void printEvaluation(ModelManifest manifest) {
    Figures figures = manifest.evaluation();
    if (figures != null) {
      out.println("  measured on " + figures.n() + " images");
      new FiguresText(out, new Labels(manifest.labels())).printOverall(figures);
    }
    new FiguresText(out, new Labels(manifest.labels())).printCalibration(manifest.calibration());
  }

  private void line(String name, String value) {
    out.printf("  %-" + WIDTH + "s %s%n", name, value);
  }

  private static String size(WeightFile file) {
    try {
      return String.format(Locale.ROOT, "%,d bytes", Files.size(file.path()));
    } catch (IOException e) {
      return "missing";
    }
  }

  private static String source(ModelManifest manifest) {
    ModelManifest.Source source = manifest.source();
    StringBuilder text =
        new StringBuilder(
            switch (source.kind()) {
              case "import" -> "imported";
              case "training" -> "trained";
              case "quantization" -> "quantised from the parent";
              default -> source.kind();
            });
    if (manifest.trainingRun() != null) {
      text.append(" in run ").append(manifest.trainingRun());
    }
    if (source.file() != null) {
      text.append(" from ").append(source.file());
    }
    if (source.sha256() != null) {
      text.append(", sha256 ").append(source.sha256());
    }
    return text.toString();
  }

  private static String classes(List<String> labels) {
    boolean few = labels.size() <= FEW_LABELS;
    return labels.size()
        + ": "
        + labels.stream().limit(few ? FEW_LABELS : FEW_LABELS / 2).collect(Collectors.joining(", "))
        + (few ? "" : " and " + (labels.size() - FEW_LABELS / 2) + " more, see --json");
  }

  private static String value(String name, double value) {
    if (name.endsWith("accuracy")) {
      return String.format(Locale.ROOT, "%.2f %%", 100 * value);
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
