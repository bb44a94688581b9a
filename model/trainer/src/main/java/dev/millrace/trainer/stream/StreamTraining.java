package dev.millrace.trainer.stream;

import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FailedWriteException;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.gate.ChampionWatch;
import dev.millrace.trainer.gate.GoldenCheck;
import dev.millrace.trainer.run.RunName;
import dev.millrace.trainer.run.TrainingRun;
import dev.millrace.trainer.torch.TorchMemory;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Trains from topics until it is stopped. Reads images and labels from their topics into a {@link
 * Replay}. Trains a round on the replay's content when there are enough new labels, or when enough
 * time has passed since the last round. The training reads no records during a round, so new
 * records wait on the topics. Confined to one thread.
 */
public final class StreamTraining {

  private static final long SAVE_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * Time, in ns, after which a round is tried again if Kafka, the repository or the disk failed.
   */
  private static final long RETRY_NANOS = Duration.ofSeconds(10).toNanos();

  /** Shortest time, in ns, between two reports of the counts, except before a round. */
  private static final long TELL_NANOS = Duration.ofMinutes(1).toNanos();

  /** The shortest time for which a round waits until the topics are read. */
  private static final Duration LEAST_WAIT = Duration.ofMinutes(10);

  private final TrainingConfig config;
  private final TrainingData.Topics topics;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Optional<ChampionWatch> watch;
  private final Rounds rounds;
  private final RoundImages images;

  /** The time, in ns, of the last report of the counts; null before the first report. */
  private Long toldAt;

  /** The time, in ns, since when there are enough labels for a round; null if there are too few. */
  private Long enoughSince;

  /** Whether a warning has said that the round does not wait any longer for unread records. */
  private boolean isImpatient;

  /** The failure of Kafka, the repository or the disk in the last attempt to train a round. */
  private Optional<Failure> failure = Optional.empty();

  /** Whether a round has enough labels, and waits until more records of the topics are read. */
  private boolean isBehind;

  /** Whether the champion was measured before the round, which may be tried several times. */
  private boolean isMeasured;

  /** A failure, and when it happened, in ns. */
  private record Failure(RuntimeException cause, long at) {

    /**
     * {@return whether another failure repeats this one} The messages of two failed writes may name
     * different files, because a file is written under a random name first.
     */
    boolean isRepeatedBy(RuntimeException other) {
      return Objects.equals(other.getMessage(), cause.getMessage())
          || (other instanceof FailedWriteException && cause instanceof FailedWriteException);
    }
  }

  /**
   * Creates a training.
   *
   * @param config the configuration
   * @param topics the topics of images and labels, which are the configuration's data
   * @param golden the check of the golden set; empty if the training has none
   * @param listener receives the training's events, on the thread that calls {@link #run}
   * @param stop called between polls, before each image and between steps; if it returns true, the
   *     training stops
   * @throws TrainingException if the run's folder cannot be used, or if the golden set does not fit
   *     the classes that are known before the first round
   */
  public StreamTraining(
      TrainingConfig config,
      TrainingData.Topics topics,
      Optional<GoldenCheck> golden,
      TrainingListener listener,
      BooleanSupplier stop) {
    this(
        config,
        topics,
        golden,
        listener,
        stop,
        Clock.systemUTC(),
        System::nanoTime,
        (round, images, heard, until, name, base) ->
            new TrainingRun(round, images, heard, until, System::nanoTime)
                .run(RunName.unique(Instant.now()) + "-" + name, base));
  }

  StreamTraining(
      TrainingConfig config,
      TrainingData.Topics topics,
      Optional<GoldenCheck> golden,
      TrainingListener listener,
      BooleanSupplier stop,
      Clock clock,
      LongSupplier nanoTime,
      RoundTrainer trainer) {
    this.config = config;
    this.topics = topics;
    this.listener = listener;
    this.stop = stop;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.watch = ChampionWatch.of(config);
    this.rounds = new Rounds(config, trainer, ChampionStart.of(config), nanoTime);
    this.images = new RoundImages(config, golden, listener, ClassOrder.of(config));
    images.requireGolden();
    if (rounds.hasFinished() && !images.hasDivided()) {
      throw new TrainingException(
          "the run's folder "
              + config.checkpoints().run()
              + " is of an earlier release, which did not store which images it trained on; begin a"
              + " new run in another folder");
    }
  }

  /**
   * Trains round after round until {@code stop} returns true.
   *
   * @throws TrainingException if the topics cannot be read, a round cannot begin, or the replay
   *     cannot be saved at the end
   */
  public void run() {
    try (Consumer<byte[], byte[]> consumer = TopicReader.consumer(topics);
        TopicIds ids = TopicReader.ids(topics)) {
      run(consumer, ids);
    }
  }

  void run(Consumer<byte[], byte[]> consumer, TopicIds ids) {
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      ByteBuffer pixels = ByteBuffer.allocateDirect(config.preprocessing().bytes());
      Replay replay =
          new Replay(
              topics.replay(),
              topics.capacity(),
              encoded -> decoder.decode(encoded, config.preprocessing(), pixels.clear()),
              clock.instant());
      follow(replay, new TopicReader(topics, consumer, ids, replay, listener, nanoTime));
    }
  }

  private void follow(Replay replay, TopicReader reader) {
    Map<RecordOutcome, Long> told = replay.counts();
    long savedAt = nanoTime.getAsLong();
    while (!stop.getAsBoolean()) {
      reader.poll();
      boolean due = isDue(replay, reader);
      if (!isWaiting() && (due || nanoTime.getAsLong() - savedAt >= SAVE_NANOS)) {
        told = tell(replay, reader, told, due);
        savedAt = nanoTime.getAsLong();
        saveAndTrain(replay, due);
      }
      listener.waits(why(reader));
    }
    replay.save();
  }

  /** {@return the reason why no round can begin although it is due, or why no records arrive} */
  private Optional<String> why(TopicReader reader) {
    return failure
        .map(last -> "the round is tried again every 10 s: " + last.cause().getMessage())
        .or(reader::trouble)
        .or(() -> images.lack().map(lack -> "until more labels arrive: " + lack))
        .or(
            () ->
                isBehind
                    ? Optional.of(
                        "until fewer than " + topics.everyLabels() + " records are unread")
                    : Optional.empty());
  }

  /**
   * {@return whether a round is due} A round waits until fewer than {@code everyLabels} records on
   * the topics are unread, so that it does not train only on the oldest records. The round stops
   * waiting when the replay has as many new labels as it can hold images. It also stops waiting
   * after {@code everyTime}, because the topics may always get more records than the trainer can
   * read.
   */
  private boolean isDue(Replay replay, TopicReader reader) {
    long labels = replay.newLabels();
    Instant now = clock.instant();
    boolean enough =
        labels >= topics.everyLabels()
            || (labels > 0 && !now.isBefore(replay.trainedAt(now).plus(topics.everyTime())));
    if (!enough) {
      enoughSince = null;
      isImpatient = false;
      isBehind = false;
      return false;
    }
    OptionalLong behind = reader.behind();
    boolean isRead =
        (behind.isPresent() && behind.getAsLong() < topics.everyLabels())
            || labels >= topics.capacity();
    isBehind = !isRead && !hasWaited(behind);
    return !isBehind;
  }

  /** {@return whether a round with enough labels has waited long enough for unread records} */
  private boolean hasWaited(OptionalLong behind) {
    long now = nanoTime.getAsLong();
    if (enoughSince == null) {
      enoughSince = now;
    }
    Duration longest =
        topics.everyTime().compareTo(LEAST_WAIT) > 0 ? topics.everyTime() : LEAST_WAIT;
    if (now - enoughSince < longest.toNanos()) {
      return false;
    }
    if (!isImpatient) {
      listener.warned(
          "the round does not wait any longer, although "
              + (behind.isPresent() ? behind.getAsLong() + " " : "")
              + "records on the topics are unread; they may arrive faster than they can be read");
    }
    isImpatient = true;
    return true;
  }

  private boolean isWaiting() {
    return failure.map(last -> nanoTime.getAsLong() - last.at() < RETRY_NANOS).orElse(false);
  }

  /**
   * Reports all counts to the listener, as a warning of one line, if any count except {@code
   * labelled} has changed since the last report. Reports at most once a minute, because images
   * without a label may be evicted all the time, but also before each round. The line also says why
   * the last record that was not understood holds no image or no label.
   *
   * @return the counts of the last report
   */
  private Map<RecordOutcome, Long> tell(
      Replay replay, TopicReader reader, Map<RecordOutcome, Long> told, boolean beforeRound) {
    long now = nanoTime.getAsLong();
    if (!beforeRound && toldAt != null && now - toldAt < TELL_NANOS) {
      return told;
    }
    Map<RecordOutcome, Long> counts = replay.counts();
    boolean changed =
        counts.entrySet().stream()
            .anyMatch(
                count ->
                    count.getKey() != RecordOutcome.LABELLED
                        && !count.getValue().equals(told.get(count.getKey())));
    if (!changed) {
      return told;
    }
    toldAt = now;
    listener.warned(
        counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", ", "the topics so far: ", ""))
            + reader.problem().map(last -> "; not understood, for example " + last).orElse(""));
    return counts;
  }

  /**
   * Saves the replay, and trains a round if one is due. If Kafka, the model repository or the disk
   * fails, this method has to be called again.
   */
  private void saveAndTrain(Replay replay, boolean due) {
    try {
      replay.save();
      if (due && train(replay)) {
        isMeasured = false;
        replay.trained(clock.instant());
      }
      failure = Optional.empty();
    } catch (ConcurrentChangeException
        | KafkaException
        | ModelException
        | FailedWriteException
        | FailedReadException e) {
      Optional<Failure> same = failure.filter(last -> last.isRepeatedBy(e));
      if (same.isEmpty()) {
        listener.warned("the round has to wait, and is tried again every 10 s: " + e.getMessage());
      }
      failure = Optional.of(new Failure(same.map(Failure::cause).orElse(e), nanoTime.getAsLong()));
    }
  }

  /**
   * Trains a round, or warns why no round can begin. Then returns the round's native memory to the
   * system, because the next round may begin days later.
   *
   * @return false if the round was stopped
   */
  private boolean train(Replay replay) {
    try {
      return trainRound(replay);
    } finally {
      TorchMemory.release();
    }
  }

  private boolean trainRound(Replay replay) {
    Optional<ReplaySnapshot> kept = replay.snapshot(stop);
    if (kept.isEmpty()) {
      return false;
    }
    Optional<LabelledImages> found = images.select(kept.get());
    if (found.isPresent() && failure.isEmpty()) {
      listener.waits(Optional.empty());
    }
    found.ifPresent(labelled -> replay.use(labelled.images()));
    if (found.isPresent() && !isMeasured) {
      isMeasured =
          watch.map(each -> each.measure(found.get(), replay.keys(), listener)).orElse(true);
    }
    return found.isEmpty() || rounds.train(found.get(), listener, stop);
  }
}
