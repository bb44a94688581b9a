package dev.millrace.service.page;

import dev.millrace.control.TrainingProgress;
import dev.millrace.service.history.MeasuredChampion;
import dev.millrace.service.history.Reported;
import dev.millrace.service.history.Trained;
import dev.millrace.service.history.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The progress of the model's trainer, the reason why it waits, its epochs, its last measurement of
 * the champion, and the verdicts of its gate. Used by one thread.
 */
final class TrainerPanel {

  /** Largest number of verdicts to show. */
  private static final int MOST_VERDICTS = 50;

  /** Largest number of epochs to show. */
  private static final int MOST_EPOCHS = 200;

  /**
   * The content of the panel.
   *
   * @param progress the last epoch that has ended, or null
   * @param waiting the reason why the training waits, or null
   * @param champion the last measurement of the champion, or null
   * @param epochs the last epochs, of all runs, the oldest first
   * @param verdicts the last verdicts, the oldest first
   */
  record View(
      Progress progress,
      Wait waiting,
      Champion champion,
      List<Epoch> epochs,
      List<Verdict> verdicts) {}

  /**
   * The progress of the training.
   *
   * @param time end of the epoch, in ISO-8601
   * @param epoch the number of the last epoch, from 1
   * @param epochs number of epochs of the run or the round
   * @param text the progress as text
   */
  record Progress(String time, int epoch, int epochs, String text) {}

  /**
   * The reason why the training waits.
   *
   * @param time time since when it waits, in ISO-8601
   * @param text the reason as text
   */
  record Wait(String time, String text) {}

  /**
   * The champion on the newest images.
   *
   * @param time time of the measurement, in ISO-8601
   * @param hasFallen whether the champion is significantly worse than when it was promoted
   * @param text the measurement as text
   */
  record Champion(String time, boolean hasFallen, String text) {}

  /**
   * A point of the curves.
   *
   * @param round the round's number, or null outside a loop
   * @param epoch the number of the epoch in its run, from 1
   * @param loss mean cross-entropy during the training steps, in nats
   * @param heldOutLoss mean cross-entropy of held-out images, in nats, or null if unknown
   * @param accuracy share of the held-out images that are classified correctly, or null if unknown
   * @param measured the accuracy with its 95 % interval and the number of images, as text, or null
   */
  record Epoch(
      Integer round,
      int epoch,
      double loss,
      Double heldOutLoss,
      Double accuracy,
      String measured) {}

  /**
   * A verdict of the trainer's promotion gate.
   *
   * @param accuracy accuracy of the candidate, or null if unknown
   * @param champion accuracy of the champion on the same images, or null if there was none
   * @param measured the candidate's accuracy with its 95 % interval and the number of images, as
   *     text, or null
   */
  record Verdict(
      String time,
      int version,
      boolean blessed,
      Double accuracy,
      Double champion,
      String measured,
      String text) {}

  private final String model;
  private final Deque<Verdict> verdicts = new ArrayDeque<>();

  /**
   * The epochs by run and number. If a killed run repeats its last epoch, the new entry replaces
   * the old entry.
   */
  private final Map<String, Epoch> epochs = new LinkedHashMap<>();

  private Trained last;
  private Champion champion;
  private Wait waiting;

  TrainerPanel(String model) {
    this.model = model;
  }

  /** Adds a record of the status topic. Records must be added from the oldest to the newest. */
  void status(ConsumerRecord<byte[], byte[]> record) {
    Reported.of(record)
        .filter(reported -> reported.report().model().equals(model))
        .filter(reported -> !reported.isOfInstance())
        .ifPresent(this::add);
    Trained.of(record)
        .filter(trained -> trained.progress().model().equals(model))
        .ifPresent(this::add);
    MeasuredChampion.of(record)
        .filter(measured -> measured.report().model().equals(model))
        .ifPresent(this::add);
    Waiting.of(record).filter(wait -> wait.report().model().equals(model)).ifPresent(this::add);
  }

  private void add(Waiting wait) {
    boolean isToldAgain = waiting != null && waiting.text().equals(wait.text());
    if (!isToldAgain) {
      waiting = wait.isWaiting() ? new Wait(wait.time().toString(), wait.text()) : null;
    }
  }

  private void add(Reported reported) {
    Map<String, Double> figures = Optional.ofNullable(reported.report().metrics()).orElse(Map.of());
    verdicts.add(
        new Verdict(
            reported.time().toString(),
            reported.report().version(),
            figures.getOrDefault("gate_blessed", 0.0) > 0,
            figures.get("gate_accuracy"),
            figures.get("gate_champion_accuracy"),
            AccuracyText.of(figures.get("gate_accuracy"), images(figures)),
            reported.outcome()));
    if (verdicts.size() > MOST_VERDICTS) {
      verdicts.remove();
    }
  }

  private static Integer images(Map<String, Double> figures) {
    Double images = figures.get("gate_images");
    return images == null ? null : (Integer) images.intValue();
  }

  private void add(Trained trained) {
    last = trained;
    TrainingProgress progress = trained.progress();
    TrainingProgress.HeldOut heldOut = progress.heldOut();
    String key = progress.run() + "\n" + progress.epoch();
    epochs.remove(key);
    epochs.put(
        key,
        new Epoch(
            progress.round(),
            progress.epoch(),
            progress.loss(),
            heldOut == null ? null : (Double) heldOut.loss(),
            heldOut == null ? null : (Double) heldOut.accuracy(),
            heldOut == null ? null : AccuracyText.of(heldOut.accuracy(), heldOut.images())));
    if (epochs.size() > MOST_EPOCHS) {
      epochs.remove(epochs.keySet().iterator().next());
    }
  }

  private void add(MeasuredChampion measured) {
    champion =
        new Champion(
            measured.time().toString(), measured.report().measure().hasFallen(), measured.text());
  }

  /** Returns the content of the panel. */
  View view() {
    return new View(
        last == null
            ? null
            : new Progress(
                last.time().toString(),
                last.progress().epoch(),
                last.progress().epochs(),
                last.text()),
        waiting,
        champion,
        new ArrayList<>(epochs.values()),
        new ArrayList<>(verdicts));
  }
}
