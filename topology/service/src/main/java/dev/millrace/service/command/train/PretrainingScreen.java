package dev.millrace.service.command.train;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.output.Durations;
import dev.millrace.service.command.output.Progress;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/**
 * Shows the progress of a pre-training. Prints a line or a JSON object to standard output for each
 * epoch. Draws a progress bar on standard error if standard error is a terminal. Used by one
 * thread.
 */
final class PretrainingScreen implements PretrainingListener, AutoCloseable {

  private static final int SMOOTHING = 20;

  private final PrintWriter out;
  private final PrintWriter err;
  private final EventPrinter events;
  private final boolean json;
  private final PretrainingConfig config;
  private final Terminal terminal;
  private Progress progress = Progress.NONE;
  private String run = "";
  private double loss = Double.NaN;
  private long steps;
  private long left;
  private long batch;

  PretrainingScreen(
      CommandLine command, boolean json, PretrainingConfig config, Terminal terminal) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.events = new EventPrinter(command, json);
    this.json = json;
    this.config = config;
    this.terminal = terminal;
  }

  @Override
  public void began(String newRun, int images, int judged, long done, long all) {
    run = newRun;
    steps = all;
    left = all - done;
    boolean hasIntervals = judged > 0 || config.method() instanceof RotationPrediction;
    tell(
        "began",
        Map.of("images", images, "judged", judged, "step", done, "steps", all),
        String.format(
            Locale.ROOT,
            "%s: %s, %,d images, %s%s",
            run,
            config.network().name(),
            images,
            done == 0 ? "from the first step" : "goes on after step " + done + " of " + all,
            hasIntervals ? "; in parentheses: 95 % intervals" : ""));
    batch = Math.min(images, config.optimization().batchSize());
    progress.close();
    progress = Progress.of(err, terminal, "pretrain", steps * batch, "images");
    progress.skip(done * batch);
  }

  @Override
  public void untrained(Proportion neighbours, int judged) {
    tell(
        "untrained",
        Map.of("neighbours", neighbours, "judged", judged),
        "before the first step: " + neighbours(neighbours, judged));
  }

  @Override
  public void stepped(long step, int images, double stepLoss) {
    loss = Double.isNaN(loss) ? stepLoss : loss + (stepLoss - loss) / SMOOTHING;
    left = steps - step;
    progress.step(images);
    progress.tell(String.format(Locale.ROOT, "loss %.3f", loss));
  }

  @Override
  public void epochEnded(PretrainingReport report) {
    double secondsLeft = left * batch / report.imagesPerSecond();
    long images = steps / config.optimization().epochs() * batch;
    tell(
        "epoch",
        Map.of("report", report, "images", images, "seconds_left", Math.round(secondsLeft)),
        String.format(
            Locale.ROOT,
            "epoch %d/%d: %s%s; %,.0f images/s, %s left",
            report.epoch(),
            config.optimization().epochs(),
            measures(report, images),
            report.neighbours() == null
                ? ""
                : ", " + neighbours(report.neighbours(), report.judged()),
            report.imagesPerSecond(),
            Durations.text(secondsLeft)));
  }

  /**
   * {@return the loss and the measure of the method, which is the spread or the accuracy of the
   * rotations}
   *
   * @param images number of images whose mean the loss and the spread are
   */
  private static String measures(PretrainingReport report, long images) {
    return report.rotations() == null
        ? String.format(
            Locale.ROOT,
            "loss %.3f and spread %.2f of %,d images",
            report.loss(),
            report.spread(),
            images)
        : String.format(
            Locale.ROOT,
            "loss %.3f of %,d images, %s",
            report.loss(),
            images,
            right("rotations", report.rotations(), report.rotated()));
  }

  private static String neighbours(Proportion right, int judged) {
    return right("nearest neighbours", right, judged);
  }

  private static String right(String what, Proportion right, int images) {
    return String.format(
        Locale.ROOT,
        "%s right %.2f %% (%.2f to %.2f) of %,d",
        what,
        100 * right.value(),
        100 * right.low(),
        100 * right.high(),
        images);
  }

  @Override
  public void written(Path file, int epochs) {
    if (json) {
      tell("written", Map.of("file", file.toString(), "epochs", epochs), "");
    }
  }

  @Override
  public void warned(String what) {
    events.warn(progress, what);
  }

  private void tell(String event, Map<String, Object> figures, String line) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("run", run);
    all.putAll(figures);
    events.tell(progress, event, all, line);
  }

  /**
   * Prints the last line and returns the exit code.
   *
   * @param finished whether the last step is done; if not, a signal stopped the pre-training
   */
  int conclude(boolean finished) {
    progress.close();
    if (!json) {
      out.println(
          finished
              ? "done: the encoder is in "
                  + config.output()
                  + "; use it with 'millrace train --from-encoder'"
              : "stopped; the same command goes on from here");
      out.flush();
    }
    return ExitCode.DONE;
  }

  @Override
  public void close() {
    progress.close();
  }
}
