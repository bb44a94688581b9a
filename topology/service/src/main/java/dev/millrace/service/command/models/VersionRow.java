package dev.millrace.service.command.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.output.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A version as a row of {@code models list}.
 *
 * @param version the version's number
 * @param created time of publication, in ISO-8601
 * @param accuracy share of held-out images that the version classifies correctly, or null if
 *     unknown
 * @param top1 the accuracy with its 95 % interval, or null if unknown
 * @param images number of images that the accuracy was measured on, or null if unknown
 * @param input width and height of the model's input, in pixels, for example {@code 224x224}
 * @param classes number of classes
 * @param promoted whether this is the promoted version, or null if no broker was asked
 * @param instances number of instances that serve the version, according to their last reports, or
 *     null if no broker was asked
 * @param problem the reason why the version cannot be read, or null. If the version cannot be read,
 *     {@code created}, {@code accuracy}, {@code input} and {@code classes} are null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record VersionRow(
    int version,
    String created,
    Double accuracy,
    Proportion top1,
    Integer images,
    String input,
    Integer classes,
    Boolean promoted,
    Long instances,
    String problem) {

  static final List<String> HEADINGS =
      List.of("MODEL", "VERSION", "ACCURACY", "AGE", "INPUT", "CLASSES", "STATE");

  /** {@return the row of a version; {@code promoted} and {@code instances} are null} */
  static VersionRow of(ModelRepository models, String model, int version) {
    try {
      ModelManifest manifest = models.manifest(model, version);
      boolean isEvaluated = manifest.evaluation() != null;
      return new VersionRow(
          version,
          manifest.created(),
          accuracy(manifest.metrics()),
          isEvaluated ? manifest.evaluation().top1() : null,
          isEvaluated ? (Integer) manifest.evaluation().n() : null,
          manifest.preprocessing().size(),
          manifest.labels().size(),
          null,
          null,
          null);
    } catch (ModelException e) {
      return new VersionRow(
          version, null, null, null, null, null, null, null, null, Failure.of(e).line());
    }
  }

  /**
   * {@return the accuracy of the exported model; if this metric is missing, the accuracy of the
   * network after its last epoch} The trainer measures both metrics on held-out images.
   */
  private static Double accuracy(Map<String, Double> metrics) {
    return metrics.getOrDefault("accuracy", metrics.get("held_out_accuracy"));
  }

  /**
   * {@return a copy of this row, with the given values for {@code promoted} and {@code instances}}
   */
  VersionRow with(boolean isPromoted, long serving) {
    return new VersionRow(
        version, created, accuracy, top1, images, input, classes, isPromoted, serving, problem);
  }

  /** {@return the text of the row's cells} */
  List<String> cells(String model, Instant now) {
    if (problem != null) {
      return List.of(model, version + "", "", "", "", "", "cannot be read: " + problem);
    }
    return List.of(
        model,
        version + "",
        accuracyText(),
        Durations.age(Duration.between(Instant.parse(created), now)),
        input,
        classes + "",
        state());
  }

  private String accuracyText() {
    if (top1 != null) {
      return String.format(
          Locale.ROOT,
          "%.2f %% (%.1f to %.1f) of %d",
          100 * top1.value(),
          100 * top1.low(),
          100 * top1.high(),
          images);
    }
    return accuracy == null
        ? ""
        : String.format(Locale.ROOT, "%.2f %%, number of images unknown", 100 * accuracy);
  }

  private String state() {
    List<String> words = new ArrayList<>();
    if (Boolean.TRUE.equals(promoted)) {
      words.add("promoted");
    }
    if (instances != null && instances > 0) {
      words.add("served by " + instances + (instances == 1 ? " instance" : " instances"));
    }
    return String.join(", ", words);
  }
}
