package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.control.SwapReport;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets two trainers learn from topics in many rounds, with disturbances: labels with typos,
 * withdrawn labels, wrong labels for a while, a new class, images that change, and a rollback by
 * hand. Measures the promoted version after each round. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=learning -Dquick verify
 * </pre>
 *
 * <p>{@code -Dloop.seed=N} sets the seed of the first trainer, which is 1 by default. The seed of
 * the second trainer is larger by 1.
 */
@Tag("nightly")
@Tag("learning")
@Timeout(2_400)
@ExtendWith(SharedBroker.class)
class LearningLoopSuite {

  private static final String MODEL = "loop";
  private static final int SEED = Integer.getInteger("loop.seed", 1);

  /** Number of labels per round. */
  private static final int BATCH = 500;

  private static final int TYPOS = 5;
  private static final int WITHDRAWN = 20;
  private static final int NEW_ONES = 120;

  /**
   * Largest number of rounds in a row in which the champion may be significantly worse than the
   * best champion since the last rollback by hand.
   */
  private static final int LONGEST_FALL = 2;

  private static final double LEARNED = 0.8;
  private static final UnaryOperator<String> TRUE = UnaryOperator.identity();

  @TempDir Path folder;

  private final LoopImages images = new LoopImages();
  private final List<LoopTrainer> trainers = new ArrayList<>();
  private String broker;
  private LoopStream stream;
  private ServedAccuracy served;
  private int verdicts;

  @BeforeEach
  void prepare(EmbeddedBroker running) throws Exception {
    broker = running.bootstrapServers();
    for (DemoImage image : images.golden()) {
      Path file = folder.resolve("golden").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    served = new ServedAccuracy(repository, MODEL, images.judged());
  }

  @Test
  void loop_neverServesMuchWorse_learnsTheNewClass_andTellsAll() throws Exception {
    try (LoopStream opened = new LoopStream(broker);
        LoopTrainer one = LoopTrainer.start(folder, options("one", SEED));
        LoopTrainer two = LoopTrainer.start(folder, options("two", SEED + 1))) {
      stream = opened;
      trainers.addAll(List.of(one, two));
      learnBesideTyposAndWithdrawals();
      learnTheNewClass();
      learnBesideWrongLabels();
      learnOtherImages();
      rollBack();
      requireThatAllVerdictsAreTold();
    } finally {
      System.out.println(served.table());
    }
    assertThat(served.longestFall()).isLessThanOrEqualTo(LONGEST_FALL);
    assertThat(served.last().recall()).isGreaterThan(LEARNED);
  }

  private void learnBesideTyposAndWithdrawals() throws Exception {
    List<DemoImage> some = images.next(BATCH, 0);
    stream.send(some.subList(0, TYPOS), label -> "shrit");
    stream.send(some.subList(TYPOS, BATCH), TRUE);
    endRound("typos");
    stream.send(images.next(BATCH, 0), TRUE);
    endRound("");
    stream.withdraw(some.subList(BATCH - WITHDRAWN, BATCH));
    stream.send(images.next(BATCH, 0), TRUE);
    endRound("withdrawn labels");
    for (LoopTrainer trainer : trainers) {
      assertThat(trainer.warnings())
          .contains("different images: 'shrit' (" + TYPOS + ")")
          .contains(" " + WITHDRAWN + " withdrawn");
    }
  }

  private void learnTheNewClass() throws Exception {
    stream.send(images.next(BATCH - NEW_ONES, NEW_ONES), TRUE);
    endRound("new class");
    for (int round = 0; round < 2 && served.last().recall() < LEARNED; round++) {
      stream.send(mixed(), TRUE);
      endRound("");
    }
    assertThat(served.last().recall()).isGreaterThan(LEARNED);
    assertThat(told("judged", "/verdict/reason")).anyMatch(why -> why.startsWith("new classes: "));
  }

  /**
   * Sends images whose label is the name of the next class. Later, sends the right labels of these
   * images.
   */
  private void learnBesideWrongLabels() throws Exception {
    int alarms = alarms();
    List<List<DemoImage>> wrong = List.of(mixed(), mixed());
    for (List<DemoImage> each : wrong) {
      stream.send(each, LoopImages::rotated);
      endRound("rotated labels");
    }
    assertThat(alarms()).isGreaterThan(alarms);
    for (List<DemoImage> each : wrong) {
      stream.label(each, TRUE);
      endRound("corrected labels");
    }
  }

  private void learnOtherImages() throws Exception {
    int alarms = alarms();
    for (int round = 0; round < 2; round++) {
      stream.send(LoopImages.inverted(mixed()), TRUE);
      endRound("inverted images");
    }
    assertThat(alarms()).isGreaterThan(alarms);
  }

  /** Rolls back while both trainers are in a round. */
  private void rollBack() throws Exception {
    stream.send(mixed(), TRUE);
    for (LoopTrainer trainer : trainers) {
      trainer.awaitBegin();
    }
    int replaced = champion();
    MillraceProcess.Result result =
        MillraceProcess.run(
            folder,
            "models",
            "rollback",
            "--repository",
            folder.resolve("models"),
            "--model",
            MODEL,
            "--bootstrap-servers",
            broker);
    assertThat(result.exitCode()).as(result.errors()).isZero();
    int target = champion();
    served.rolledBack();
    endRound("rollback by hand");
    assertThat(champion()).as("no round undoes it").isEqualTo(target).isNotEqualTo(replaced);
    for (int round = 0; round < 2 * LONGEST_FALL; round++) {
      stream.send(mixed(), TRUE);
      endRound("");
    }
    for (LoopTrainer trainer : trainers) {
      assertThat(trainer.warnings())
          .contains(MODEL + " version " + target + ": another writer has promoted it");
    }
  }

  /** Requires that each verdict and each promotion of the trainers is on the status topic. */
  private void requireThatAllVerdictsAreTold() throws Exception {
    List<SwapReport> reports = ControlTopics.reports(broker, MODEL);
    assertThat(reports)
        .extracting(SwapReport::reason)
        .containsExactlyInAnyOrderElementsOf(told("judged", "/verdict/reason"));
    assertThat(reports)
        .filteredOn(report -> report.outcome() == SwapReport.Outcome.BLESSED)
        .extracting(report -> Integer.toString(report.version()))
        .containsExactlyInAnyOrderElementsOf(told("promoted", "/version"));
  }

  /** Waits until both trainers have ended a round, and measures the champion. */
  private void endRound(String event) throws Exception {
    StringBuilder reasons = new StringBuilder();
    for (LoopTrainer trainer : trainers) {
      JsonNode verdict = trainer.awaitVerdict();
      reasons.append(verdict.get("blessed").booleanValue() ? "**blessed:** " : "");
      reasons.append(verdict.get("reason").textValue()).append(". ");
    }
    verdicts += trainers.size();
    // A trainer reports its verdict only after the promotion, so wait for the reports on the status
    // topic.
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> ControlTopics.reports(broker, MODEL).size() == verdicts);
    served.measure(event, champion(), reasons.toString());
  }

  private List<DemoImage> mixed() {
    return images.next(BATCH * 9 / 10, BATCH / 10);
  }

  private int champion() {
    return ControlTopics.champion(broker, MODEL).version();
  }

  /** Returns how many times the trainers reported that the champion has become worse. */
  private int alarms() {
    return Collections.frequency(told("champion", "/measure/hasFallen"), "true");
  }

  /** Returns the value of a field in all events of a kind that the trainers have printed. */
  private List<String> told(String event, String field) {
    return trainers.stream()
        .flatMap(trainer -> trainer.events(event).stream())
        .map(each -> each.at(field).asText())
        .toList();
  }

  private List<Object> options(String run, int seed) {
    return List.of(
        "--images-topic",
        LoopStream.IMAGES,
        "--labels-topic",
        LoopStream.LABELS,
        "--every-labels",
        BATCH,
        "--replay-images",
        3 * BATCH, // two rounds of wrong labels are the majority
        "--held-out",
        0.4,
        "--stem",
        "cifar_halved",
        "--size",
        FashionMnist.SIDE,
        "--epochs",
        6,
        "--batch-size",
        32,
        "--learning-rate",
        0.05,
        "--schedule",
        "one_cycle",
        "--threads",
        1,
        "--repository",
        folder.resolve("models"),
        "--model",
        MODEL,
        "--run",
        folder.resolve(run),
        "--seed",
        seed,
        "--bootstrap-servers",
        broker,
        "--promote-if-better",
        0.2,
        "--max-growth-loss",
        5,
        "--golden",
        folder.resolve("golden"),
        "--max-loss",
        2,
        "--watch-newest",
        200,
        "--restart-after",
        2);
  }
}
