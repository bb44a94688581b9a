package dev.millrace.service.command.train;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Interval;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Recipe;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import dev.millrace.service.command.evaluate.FiguresText;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.output.Durations;
import dev.millrace.service.command.output.Progress;
import dev.millrace.service.command.output.Style;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/**
 * Shows the progress of a training. Prints a line or a JSON object to standard output for each
 * epoch, each version, and each decision whether to promote a version. Draws a progress bar on
 * standard error if standard error is a terminal. Used by one thread.
 */
final class TrainingScreen implements TrainingListener, AutoCloseable {

  private static final int SMOOTHING = 20;

  private final PrintWriter out;
  private final PrintWriter err;
  private final EventPrinter events;
  private final boolean json;
  private final TrainingConfig config;
  private final Terminal terminal;
  private final Style style;
  private Progress progress = Progress.NONE;
  private String run = "";
  private double loss = Double.NaN;
  private String lastEpoch = "";
  private long steps;
  private long left;
  private long batch;
  private int exported;
  private ModelVersion newest;

  TrainingScreen(CommandLine command, boolean json, TrainingConfig config, Terminal terminal) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.events = new EventPrinter(command, json);
    this.json = json;
    this.config = config;
    this.terminal = terminal;
    this.style = json ? Style.PLAIN : terminal.outputStyle();
  }

  /**
   * Prints the values of all options of the training method.
   *
   * @param recipe the recipe whose values the options changed
   */
  void follows(Recipe recipe) {
    List<String> options = WrittenRecipe.of(config);
    tell(
        "recipe",
        Map.of("recipe", recipe.toString(), "options", options),
        "recipe " + recipe + ": " + String.join(" ", options));
  }

  @Override
  public void goldenChanged(Fingerprint before, Fingerprint now) {
    tell(
        "golden_changed",
        Map.of("before", before, "now", now),
        style.warning("ALARM, the golden set has changed: ")
            + "it has "
            + now.text()
            + ", and had "
            + before.text()
            + "; from now on, the gate uses the new set, and the accuracies on it cannot be compared"
            + " with earlier ones");
  }

  @Override
  public void began(String newRun, int images, int heldOut, long done, long all) {
    run = newRun;
    steps = all;
    left = all - done;
    tell(
        "began",
        Map.of("run", run, "images", images, "held_out", heldOut, "step", done, "steps", all),
        String.format(
            Locale.ROOT,
            "%s: %s, %,d images to train on, %,d held out, %s; in parentheses: 95 %% intervals",
            run,
            config.network().name(),
            images,
            heldOut,
            done == 0 ? "from the first step" : "continues after step " + done + " of " + all));
    progress.close();
    batch = Math.min(images, config.optimization().batchSize());
    progress = Progress.of(err, terminal, "train", steps * batch, "images");
    progress.skip(done * batch);
  }

  @Override
  public void stepped(long step, int images, double stepLoss) {
    loss = Double.isNaN(loss) ? stepLoss : loss + (stepLoss - loss) / SMOOTHING;
    left = steps - step;
    progress.step(images);
    progress.tell(String.format(Locale.ROOT, "loss %.3f%s", loss, lastEpoch));
  }

  @Override
  public void epochEnded(EpochReport report) {
    Figures heldOut = report.heldOut();
    lastEpoch = ", accuracy " + share(heldOut.top1(), heldOut.n());
    double secondsLeft = left * batch / report.imagesPerSecond();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("run", run);
    figures.put("report", report);
    figures.put("seconds_left", Math.round(secondsLeft));
    tell(
        "epoch",
        figures,
        String.format(
            Locale.ROOT,
            "epoch %d/%d: loss %.3f, accuracy %s; held out: loss %.3f (%.3f to %.3f), accuracy %s;"
                + " %,.0f images/s, %s left",
            report.epoch(),
            config.optimization().epochs(),
            report.loss(),
            share(report.trained().orElseThrow(), report.images()),
            heldOut.logLoss().value(),
            heldOut.logLoss().low(),
            heldOut.logLoss().high(),
            share(heldOut.top1(), heldOut.n()),
            report.imagesPerSecond(),
            Durations.text(secondsLeft)));
  }

  /** {@return a share with the ends of its 95 % interval and its number of images} */
  private static String share(Interval share, int images) {
    return share(share, "", images);
  }

  private static String share(Interval share, String which, int images) {
    return String.format(
        Locale.ROOT,
        "%.2f %% (%.2f to %.2f) of %s%,d",
        100 * share.value(),
        100 * share.low(),
        100 * share.high(),
        which,
        images);
  }

  @Override
  public void exported(ModelVersion version) {
    exported++;
    newest = version;
    Figures figures = version.manifest().evaluation();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("run", run);
    told.put("version", version.version());
    told.put("metrics", version.manifest().metrics());
    told.put("calibration", version.manifest().calibration());
    told.put("evaluation", figures);
    tell(
        "exported",
        told,
        version
            + " is published"
            + (version.manifest().quantization() == null ? "" : " in int8")
            + ": accuracy "
            + share(figures.top1(), figures.n()));
  }

  @Override
  public void judged(Verdict verdict) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("run", run);
    told.put("verdict", verdict);
    told.put("interval", Proportion.ofShare(verdict.accuracy(), verdict.images()));
    if (verdict.championAccuracy() != null) {
      told.put(
          "champion_interval", Proportion.ofShare(verdict.championAccuracy(), verdict.images()));
    }
    Verdict.Golden golden = verdict.golden();
    if (golden != null && golden.images() > 0) {
      told.put("golden_interval", Proportion.ofShare(golden.accuracy(), golden.images()));
      told.put(
          "golden_champion_interval",
          Proportion.ofShare(golden.championAccuracy(), golden.images()));
    }
    tell(
        "judged",
        told,
        (verdict.blessed() ? style.good("blessed: ") : style.warning("not blessed: "))
            + verdict.reason()
            + "; accuracy "
            + share(verdict.accuracy(), verdict.images())
            + (verdict.championAccuracy() == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; version %d: %s",
                    verdict.champion(),
                    share(verdict.championAccuracy(), verdict.images()))));
  }

  private static String share(double share, int images) {
    return share(Proportion.ofShare(share, images), "", images);
  }

  @Override
  public void gateOpened(int images, double smallestGain) {
    tell(
        "gate",
        Map.of("run", run, "images", images, "smallest_gain", smallestGain),
        String.format(
            Locale.ROOT,
            "the gate compares on %,d images; it cannot tell a gain below %.1f points from chance",
            images,
            smallestGain));
  }

  @Override
  public void championMeasured(ChampionMeasure measure) {
    String found =
        String.format(
            Locale.ROOT,
            "version %d, which serves: accuracy %s images%s",
            measure.version(),
            share(
                Proportion.ofShare(measure.accuracy(), measure.images()),
                "the newest ",
                measure.images()),
            measure.promotedAccuracy() == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", %s when it was promoted",
                    share(measure.promotedAccuracy(), measure.promotedImages())));
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("measure", measure);
    told.put("interval", Proportion.ofShare(measure.accuracy(), measure.images()));
    if (measure.promotedAccuracy() != null) {
      told.put(
          "promoted_interval",
          Proportion.ofShare(measure.promotedAccuracy(), measure.promotedImages()));
    }
    tell(
        "champion",
        told,
        measure.hasFallen()
            ? style.warning("ALARM, the champion has become worse: ") + found
            : found);
  }

  @Override
  public void promoted(ModelVersion version) {
    tell(
        "promoted",
        Map.of("run", run, "version", version.version()),
        style.good(version + " is promoted"));
  }

  @Override
  public void warned(String what) {
    events.warn(progress, what);
  }

  private void tell(String event, Map<String, Object> figures, String line) {
    events.tell(progress, event, figures, line);
  }

  /**
   * Prints the last line and returns the exit code.
   *
   * @param finished whether the last step is done; if not, a signal stopped the training
   */
  int conclude(boolean finished) {
    progress.close();
    if (!json) {
      printNewest();
      out.println(
          finished
              ? "done: "
                  + exported
                  + (exported == 1 ? " version" : " versions")
                  + ", curve in "
                  + config.checkpoints().run()
              : "stopped; the same command continues from here");
      out.flush();
    }
    return ExitCode.DONE;
  }

  /**
   * Prints that a version was repeated byte by byte, and returns the exit code.
   *
   * @param original the version that was to be repeated
   * @param repeated the version that the repeated training has exported
   * @throws CommandException if the bytes differ, or the repeated training has exported no version
   */
  int compare(ModelVersion original, ModelVersion repeated) {
    progress.close();
    if (repeated == null) {
      throw Reproduction.hasPassed(original, config);
    }
    if (!repeated.sha256().equals(original.sha256())) {
      throw new CommandException(
          "the model file differs: "
              + original
              + " has sha256 "
              + original.sha256()
              + ", and the repeated training has "
              + repeated.sha256()
              + " in "
              + repeated.modelFile()
              + "; the bytes are equal only on one thread, with the same libraries and on the same"
              + " processor, and the warnings above name what differs");
    }
    tell(
        "reproduced",
        Map.of("version", original.version(), "sha256", repeated.sha256()),
        original + " is reproduced byte by byte: sha256 " + repeated.sha256());
    return ExitCode.DONE;
  }

  /** Prints all measures of the version that was published last. */
  private void printNewest() {
    if (newest == null) {
      return;
    }
    Figures figures = newest.manifest().evaluation();
    FiguresText text = new FiguresText(out, newest.labels());
    out.printf(Locale.ROOT, "%s on %,d images that no step has seen%n", newest, figures.n());
    text.printOverall(figures);
    text.printCalibration(newest.manifest().calibration());
    text.printClasses(figures);
  }

  @Override
  public void close() {
    progress.close();
  }
}
