package dev.millrace.service.command.train;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.TrainerReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Reports the end of each epoch, each measurement of the champion, and whether the training waits,
 * and forwards all events to another listener. If epochs take less than a second, this class
 * reports about one epoch per second, and always the last of the configured epochs. A wait is
 * reported again every five minutes, because other trainers may report to the same topic, and the
 * readers of the topic read only its newest records. Used by one thread.
 */
final class ReportedTraining extends ForwardingListener implements AutoCloseable {

  private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final String model;
  private final int epochs;
  private final Consumer<TrainerReport> reports;
  private final LongSupplier nanoTime;
  private String run = "";
  private Integer round;
  private Long reportedAt;

  /** When a report last said whether the training waits; null if no report has. */
  private Long toldWaitAt;

  private Optional<String> waitsFor = Optional.empty();

  /**
   * @param config the training's configuration
   * @param next receives all events
   * @param reports receives the reports; must not block
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  ReportedTraining(
      TrainingConfig config,
      TrainingListener next,
      Consumer<TrainerReport> reports,
      LongSupplier nanoTime) {
    super(next);
    this.model = config.checkpoints().model();
    this.epochs = config.optimization().epochs();
    this.reports = reports;
    this.nanoTime = nanoTime;
  }

  @Override
  public void roundBegan(int number) {
    round = number;
    super.roundBegan(number);
  }

  @Override
  public void began(String name, int images, int heldOut, long done, long steps) {
    run = name;
    reportedAt = null;
    super.began(name, images, heldOut, done, steps);
    endWait();
  }

  /**
   * Reports the reason if it has changed, or was reported long ago. The first call always reports,
   * because the last report of a trainer that was killed may say that the training waits.
   */
  @Override
  public void waits(Optional<String> why) {
    super.waits(why);
    long now = nanoTime.getAsLong();
    boolean isOld = toldWaitAt == null || (why.isPresent() && now - toldWaitAt >= AGAIN_NANOS);
    if (isOld || !why.equals(waitsFor)) {
      reports.accept(new TrainingWait(model, why.orElse(null)));
      toldWaitAt = now;
    }
    waitsFor = why;
  }

  private void endWait() {
    if (waitsFor.isPresent()) {
      waits(Optional.empty());
    }
  }

  /** Reports that the training no longer waits, because it has ended. */
  @Override
  public void close() {
    endWait();
  }

  @Override
  public void epochEnded(EpochReport report) {
    super.epochEnded(report);
    endWait();
    long now = nanoTime.getAsLong();
    if (reportedAt == null || now - reportedAt >= SHORTEST_NANOS || report.epoch() == epochs) {
      reportedAt = now;
      reports.accept(progress(report));
    }
  }

  @Override
  public void championMeasured(ChampionMeasure measure) {
    super.championMeasured(measure);
    reports.accept(new ChampionReport(model, measure));
  }

  private TrainingProgress progress(EpochReport report) {
    Figures heldOut = report.heldOut();
    return new TrainingProgress(
        model,
        run,
        round,
        report.epoch(),
        epochs,
        report.loss(),
        new TrainingProgress.HeldOut(
            report.heldOutLoss(),
            report.heldOutAccuracy(),
            heldOut == null ? null : (Integer) heldOut.n(),
            heldOut == null ? null : (Double) heldOut.logLoss().low(),
            heldOut == null ? null : (Double) heldOut.logLoss().high()),
        report.imagesPerSecond());
  }
}
