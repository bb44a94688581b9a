package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.events.Prediction;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.VersionScores;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Prints one line for each prediction and event, for pipes, files and plain terminals. */
final class LineScreen implements DemoScreen {

  private static final int SCORE_EVERY = 100;

  private final PrintWriter out;
  private final VersionScores scores;
  private final LongSupplier nanoTime;
  private final PredictionLine line = new PredictionLine(ZoneId.systemDefault());
  private final TrainerNews news = new TrainerNews();
  private final long start;

  /**
   * @param out receives the lines
   * @param scores counts the predictions
   * @param nanoTime the clock, in nanoseconds
   */
  LineScreen(PrintWriter out, VersionScores scores, LongSupplier nanoTime) {
    this.out = out;
    this.scores = scores;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  @Override
  public synchronized void say(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public void prediction(ConsumerRecord<String, Prediction> record, DemoImage image) {
    int version = record.value().model().version();
    boolean first = scores.add(version, image.label().equals(record.value().label()));
    say(line.of(record, record.value()));
    if (first) {
      say(
          String.format(
              Locale.ROOT,
              "version %d serves, %.0f s after the start",
              version,
              (nanoTime.getAsLong() - start) / 1e9));
    }
    if (scores.count() % SCORE_EVERY == 0) {
      say(scores.of(version));
    }
  }

  @Override
  public void training(JsonNode event) {
    news.of(event).ifPresent(text -> say("trainer: " + text));
  }

  @Override
  public boolean isEnded() {
    return out.checkError();
  }

  @Override
  public void close() {
    out.flush();
  }
}
