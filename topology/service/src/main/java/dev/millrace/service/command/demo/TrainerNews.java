package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.evaluation.Proportion;
import java.util.Locale;
import java.util.Optional;

/** Turns the events of {@code millrace train --json} into text. Used by one thread. */
final class TrainerNews {

  /** Name of the event at the end of an epoch. */
  static final String EPOCH = "epoch";

  /** Name of the event after a promotion. */
  static final String PROMOTED = "promoted";

  private JsonNode verdict;

  /**
   * {@return the event as one line, or empty if the demo does not show events of this kind}
   *
   * @param event a JSON object, whose field {@code event} holds the name of the event
   */
  Optional<String> of(JsonNode event) {
    return switch (event.path("event").asText()) {
      case EPOCH ->
          Optional.of(
              String.format(
                  Locale.ROOT,
                  "epoch %d, loss %.3f",
                  event.at("/report/epoch").asInt(),
                  event.at("/report/loss").asDouble()));
      case "judged" -> {
        verdict = event.path("verdict");
        yield Optional.of(
            (verdict.path("blessed").asBoolean() ? "blessed: " : "not blessed: ")
                + verdict.path("reason").asText()
                + String.format(Locale.ROOT, "; %,d held-out images", images()));
      }
      case PROMOTED ->
          Optional.of("version " + event.path("version").asInt() + " promoted" + judgement());
      default -> Optional.empty();
    };
  }

  /**
   * {@return the accuracy of the promoted version on held-out images with its 95 % interval, or its
   * gain in accuracy with the p-value, as text; empty if the trainer has not reported it}
   */
  private String judgement() {
    if (verdict == null) {
      return "";
    }
    double accuracy = verdict.path("accuracy").asDouble();
    return verdict.hasNonNull("championAccuracy")
        ? String.format(
            Locale.ROOT,
            ", %+.1f points (p %.2g) on %,d held-out images",
            100 * (accuracy - verdict.path("championAccuracy").asDouble()),
            verdict.path("p").asDouble(),
            images())
        : String.format(
            Locale.ROOT,
            ", right on %s of %,d held-out images",
            Proportion.ofShare(accuracy, images()).inPercent(),
            images());
  }

  private int images() {
    return verdict.path("images").asInt();
  }
}
