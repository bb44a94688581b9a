package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.TrainerReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.service.command.CommandTree;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ReportedTrainingTest {

  private final List<TrainingProgress> reports = new ArrayList<>();
  private final List<ChampionReport> champions = new ArrayList<>();
  private final List<String> waits = new ArrayList<>();
  private final StringWriter shown = new StringWriter();
  private final AtomicLong clock = new AtomicLong(-7);

  private void sent(TrainerReport report) {
    if (report instanceof TrainingProgress progress) {
      reports.add(progress);
    } else if (report instanceof TrainingWait wait) {
      assertThat(wait.model()).isEqualTo("m");
      waits.add(wait.reason());
    } else {
      champions.add((ChampionReport) report);
    }
  }

  private ReportedTraining training() {
    CommandLine command = CommandTree.root().getSubcommands().get("train");
    command.setOut(new PrintWriter(shown)).setErr(new PrintWriter(shown));
    TrainingConfig config = TrainingScreenTest.config();
    TrainingScreen screen =
        new TrainingScreen(command, false, config, new Terminal(false, false, 80, true));
    return new ReportedTraining(config, screen, this::sent, clock::get);
  }

  @Test
  void eachEpoch_isReportedOnce_andShown() {
    ReportedTraining training = training();
    training.began("run-1", 100, 4, 0, 32);
    training.stepped(1, 50, 0.5);
    training.stepped(2, 50, 0.5);
    assertThat(reports).isEmpty();
    training.epochEnded(TrainingScreenTest.report(1));

    assertThat(reports)
        .containsExactly(
            new TrainingProgress(
                "m",
                "run-1",
                null,
                1,
                16,
                0.5,
                new TrainingProgress.HeldOut(
                    TrainingScreenTest.report(1).heldOutLoss(),
                    0.75,
                    4,
                    TrainingScreenTest.report(1).heldOut().logLoss().low(),
                    TrainingScreenTest.report(1).heldOut().logLoss().high()),
                1_000));
    assertThat(reports.get(0).heldOut().loss()).isPositive();
    assertThat(shown.toString()).contains("epoch 1/16: loss 0.500");
  }

  @Test
  void epochsOfALoop_haveTheRoundOfTheirRun() {
    ReportedTraining training = training();
    for (int round = 7; round <= 8; round++) {
      training.roundBegan(round);
      training.began("run-" + round, 100, 4, 0, 32);
      training.epochEnded(TrainingScreenTest.report(1));
    }

    assertThat(reports).extracting(TrainingProgress::round).containsExactly(7, 8);
    assertThat(reports).extracting(TrainingProgress::run).containsExactly("run-7", "run-8");
  }

  @Test
  void ofShortEpochs_oneASecondIsReported_andTheLast() {
    ReportedTraining training = training();
    training.began("run", 100, 4, 0, 32);
    for (int epoch = 1; epoch <= 16; epoch++) {
      training.epochEnded(TrainingScreenTest.report(epoch));
      clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
    }

    assertThat(reports).extracting(TrainingProgress::epoch).containsExactly(1, 5, 9, 13, 16);
  }

  /** A user who watches the status topic would otherwise not learn why nothing is published. */
  @Test
  void trainingThatWaits_isReportedOnce_untilItNoLongerWaits() {
    ReportedTraining training = training();
    for (String why : List.of("the store is away", "the store is away", "the disk is full")) {
      training.waits(Optional.of(why));
    }
    training.waits(Optional.empty());
    training.waits(Optional.empty());

    assertThat(waits).containsExactly("the store is away", "the disk is full", null);
    assertThat(shown.toString()).isEmpty();
  }

  /** The trainer before may have been killed while it waited. */
  @Test
  void trainingThatDoesNotWaitAtItsStart_isReported() {
    ReportedTraining training = training();
    training.waits(Optional.empty());
    training.waits(Optional.empty());

    assertThat(waits).singleElement().isNull();
  }

  @Test
  void endOfAnEpoch_endsTheWait() {
    ReportedTraining training = training();
    training.began("run", 100, 4, 0, 32);
    training.epochEnded(TrainingScreenTest.report(1));
    assertThat(waits).isEmpty();

    training.waits(Optional.of("the store is away"));
    training.epochEnded(TrainingScreenTest.report(2));
    assertThat(waits).containsExactly("the store is away", null);
  }

  /** A run that begins may need many minutes for its first epoch. */
  @Test
  void beginningOfARun_endsTheWait() {
    ReportedTraining training = training();
    training.waits(Optional.of("the store is away"));
    training.began("run", 100, 4, 0, 32);

    assertThat(waits).containsExactly("the store is away", null);
  }

  /** Nobody would otherwise end an alert about a training that no longer exists. */
  @Test
  void endOfTheTraining_endsTheWait() {
    ReportedTraining training = training();
    training.close();
    assertThat(waits).isEmpty();

    training.waits(Optional.of("the store is away"));
    training.close();
    training.close();
    assertThat(waits).containsExactly("the store is away", null);
  }

  /** The reports of other trainers push the report out of the records that a service reads. */
  @Test
  void longWait_isReportedAgainEveryFiveMinutes() {
    ReportedTraining training = training();
    for (int minute = 0; minute <= 10; minute++) {
      training.waits(Optional.of("the store is away"));
      clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
    }
    assertThat(waits).hasSize(3).containsOnly("the store is away");

    training.waits(Optional.empty());
    clock.addAndGet(TimeUnit.HOURS.toNanos(1));
    training.waits(Optional.empty());
    assertThat(waits).hasSize(4).endsWith((String) null);
  }

  @Test
  void champion_isReportedOnceARound_andShown() {
    ChampionMeasure measure = new ChampionMeasure(2, 500, 0.84, 250, 0.92, 0.001, true);
    training().championMeasured(measure);

    assertThat(champions).containsExactly(new ChampionReport("m", measure));
    assertThat(shown.toString()).startsWith("ALARM, the champion has become worse: version 2");
  }

  @Test
  void epochOfARunWithoutFigures_hasNoNumberOfImages() {
    TrainingListener silent =
        new ForwardingListener(null) {
          @Override
          public void epochEnded(EpochReport report) {}
        };
    ReportedTraining training =
        new ReportedTraining(TrainingScreenTest.config(), silent, this::sent, clock::get);
    training.epochEnded(new EpochReport(1, 0.1, 0.5, 0.8, 0.6, 0.75, 1_000, 0, null));

    assertThat(reports.get(0).heldOut())
        .isEqualTo(new TrainingProgress.HeldOut(0.6, 0.75, null, null, null));
  }
}
