package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.events.Prediction;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.demo.VersionScores;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells how the demo goes: each prediction, how often each version is right, and what the trainer
 * does. Any thread may {@link #say} something and tell of the training; one thread shows
 * predictions.
 */
final class DemoScreen {

  private static final int TELL_EVERY = 100;

  private final PrintWriter out;
  private final PredictionLine line = new PredictionLine(ZoneId.systemDefault());
  private final VersionScores scores = new VersionScores();
  private final LongSupplier clock;
  private final long start;

  /**
   * @param clock nanoseconds since some moment
   */
  DemoScreen(PrintWriter out, LongSupplier clock) {
    this.out = out;
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  synchronized void say(String text) {
    out.println(text);
    out.flush();
  }

  /** Shows a prediction, which is right if its key begins with its label. */
  void prediction(ConsumerRecord<String, Prediction> record) {
    int version = record.value().model().version();
    boolean first = scores.add(version, record.key().startsWith(record.value().label() + "/"));
    say(line.of(record, record.value()));
    if (first) {
      say(
          String.format(
              Locale.ROOT,
              "version %d serves, %.0f s after the start",
              version,
              (clock.getAsLong() - start) / 1e9));
    }
    if (scores.count() % TELL_EVERY == 0) {
      say(scores.of(version));
    }
  }

  /** Tells of an event of {@code millrace train --json}. */
  void training(JsonNode event) {
    switch (event.path("event").asText()) {
      case "epoch" ->
          say(
              String.format(
                  Locale.ROOT,
                  "trainer: epoch %d, loss %.3f",
                  event.at("/report/epoch").asInt(),
                  event.at("/report/loss").asDouble()));
      case "judged" ->
          say(
              "trainer: "
                  + (event.at("/verdict/blessed").asBoolean() ? "blessed: " : "not blessed: ")
                  + event.at("/verdict/reason").asText());
      case "promoted" -> say("trainer: version " + event.path("version").asInt() + " is promoted");
      default -> {}
    }
  }

  /** True once nobody can read what this tells, because a pipe was closed or a disk is full. */
  boolean isLost() {
    return out.checkError();
  }

  /** Predictions shown so far. */
  long count() {
    return scores.count();
  }

  /** Tells how often each version was right. */
  void conclude() {
    say(scores.table());
    say(scores.count() + " predictions, " + scores.right() + " with the label that the image has");
  }
}
