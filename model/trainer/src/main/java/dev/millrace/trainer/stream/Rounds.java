package dev.millrace.trainer.stream;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.NetworkMark;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FailedWriteException;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.gate.BaseChampion;
import dev.millrace.trainer.run.Head;
import dev.millrace.trainer.run.Patience;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/**
 * Trains in rounds. Each round starts from the weights of the previous round, or from the champion
 * if {@link ChampionStart} decides so. Each round has a folder: {@code round-000001} and so on.
 * When a round has finished, the folders of earlier rounds are removed. A round that was killed or
 * stopped is repeated from its beginning, with the images that the replay holds at that time.
 * Confined to one thread. Only one process may use the folder at a time.
 */
final class Rounds {

  private static final String NAME = "round-";
  private static final Pattern FOLDER = Pattern.compile(NAME + "([0-9]{6})");
  private static final String WEIGHTS = "weights.safetensors";
  private static final String END = "round.json";

  private static final String OVERTAKEN =
      "another writer has promoted it, and this round could not start from it; this training"
          + " promotes nothing more until one of its versions is promoted by hand";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final TrainingConfig config;
  private final RoundTrainer trainer;
  private final Optional<ChampionStart> champions;
  private final LongSupplier nanoTime;
  private final Path folder;

  /**
   * Creates the folder if it is missing.
   *
   * @param champions decides which rounds start from the champion; empty if no round does
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  Rounds(
      TrainingConfig config,
      RoundTrainer trainer,
      Optional<ChampionStart> champions,
      LongSupplier nanoTime) {
    this.config = config;
    this.trainer = trainer;
    this.champions = champions;
    this.nanoTime = nanoTime;
    this.folder = config.checkpoints().run();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Trains a round. If another writer has promoted the champion, and the round cannot start from
   * it, the gate promotes no version of the round. Its weights may descend from a version that was
   * rolled back. If the round fails after it has begun, for example because it diverges, the
   * listener receives a warning and the round's files are removed. The next round then starts from
   * the weights that the failed round started from, or from the champion if too many rounds in a
   * row have failed or were refused. At the end of the round, this method waits while the
   * repository or the disk does not work.
   *
   * @return true if the round finished, or failed after it had begun; false if the round was
   *     stopped
   * @throws TrainingException if the round cannot begin
   * @throws FailedWriteException if a file of the round cannot be written
   * @throws FailedReadException if the golden set or the weights of the last round cannot be read
   * @throws ModelException if the repository cannot be read, or the round's state cannot be saved
   * @throws org.apache.kafka.common.KafkaException if the champion cannot be read. No candidate of
   *     the round could be promoted then
   */
  boolean train(LabelledImages images, TrainingListener listener, BooleanSupplier stop) {
    // The gate also uses this reading. If the gate read the champion again, it would not notice a
    // rollback between the two readings.
    Optional<BaseChampion> read = champions.map(ChampionStart::champion);
    Optional<Integer> champion = read.map(BaseChampion::version);
    int last = last();
    removeAllBut(last);
    String name = name(last + 1);
    Path round = folder.resolve(name);
    RoundListener heard = new RoundListener(listener);
    List<String> classes = images.labels().names();
    Optional<RoundEnd> before = last == 0 ? Optional.empty() : Optional.of(end(last));
    Optional<Pretrained> fromChampion =
        champion.flatMap(number -> championOf(number, before, classes, listener));
    Optional<Pretrained> fromRound =
        fromChampion.isPresent()
            ? Optional.empty()
            : before.flatMap(end -> weightsOf(last, end, classes, listener));
    // The last round's weights may descend from a version that somebody has rolled back.
    Optional<RoundEnd> overtaken =
        before.filter(
            end -> fromRound.isPresent() && champion.filter(end::isOvertakenBy).isPresent());
    Optional<BaseChampion> base =
        overtaken.isPresent() ? read.map(found -> found.kept(OVERTAKEN)) : read;
    TrainingConfig asked =
        configuration(round, fromChampion.or(() -> fromRound).or(config::pretrained));
    try {
      Files.createDirectories(round);
      heard.roundBegan(last + 1);
      Optional<Weights> weights = trainer.train(asked, images, heard, stop, name, base);
      if (weights.isEmpty()) {
        return false;
      }
      RoundEnd end =
          new RoundEnd(
              classes,
              heard.version(),
              base.isPresent(),
              overtaken.isPresent() ? overtaken.get().left() : champion.orElse(null),
              heard.promoted(),
              refused(heard, fromChampion.isPresent() ? Optional.empty() : before));
      boolean isSaved =
          new Patience(listener, stop, nanoTime)
              .until("saving " + name, () -> save(round, weights.get(), end))
              .isPresent();
      if (!isSaved) {
        return false;
      }
      removeAllBut(last + 1);
    } catch (FailedWriteException e) {
      throw e;
    } catch (TrainingException e) {
      if (!heard.hasBegun()) {
        throw e;
      }
      removeAllBut(last);
      before.ifPresent(end -> countFailure(last, end));
      listener.warned(name + " failed, and its weights are discarded. Cause: " + e.getMessage());
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
    return true;
  }

  /** Counts a failed round in the end of the last finished round. */
  private void countFailure(int last, RoundEnd end) {
    try {
      AtomicFile.write(
          folder.resolve(name(last)).resolve(END), JSON.writeValueAsBytes(end.withFailedRound()));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /** Writes a round's weights and its end, and returns the end. */
  private RoundEnd save(Path round, Weights weights, RoundEnd end) {
    WeightsFile.write(round.resolve(WEIGHTS), weights, NetworkMark.of(config.network()));
    try {
      AtomicFile.write(round.resolve(END), JSON.writeValueAsBytes(end));
    } catch (IOException e) {
      throw new ModelException(
          "cannot write to "
              + round
              + " ("
              + e
              + "); check that it is writable and that its disk has room",
          e);
    }
    return end;
  }

  /** {@return whether a round of the folder has finished} */
  boolean hasFinished() {
    return last() > 0;
  }

  /** {@return the number of the last finished round; 0 if no round has finished} */
  private int last() {
    return numbers().stream()
        .filter(number -> Files.exists(folder.resolve(name(number)).resolve(END)))
        .max(Comparator.naturalOrder())
        .orElse(0);
  }

  private List<Integer> numbers() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> FOLDER.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(matcher -> Integer.valueOf(matcher.group(1)))
          .toList();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "%s%06d", NAME, number);
  }

  private static int refused(RoundListener heard, Optional<RoundEnd> before) {
    return heard.promoted() == null ? before.map(RoundEnd::refused).orElse(0) + 1 : 0;
  }

  private TrainingConfig configuration(Path round, Optional<Pretrained> start) {
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        config.optimization(),
        config.augmentation(),
        start,
        config.seed(),
        config.checkpoints().withRun(round),
        config.compute(),
        config.options());
  }

  private RoundEnd end(int number) {
    Path file = folder.resolve(name(number)).resolve(END);
    try {
      return JSON.readValue(file.toFile(), RoundEnd.class);
    } catch (IOException e) {
      throw new TrainingException(
          "cannot read "
              + file
              + " ("
              + e
              + "); restore it from a backup, or remove its folder to train again from the initial"
              + " weights",
          e);
    }
  }

  private Optional<Pretrained> championOf(
      int number, Optional<RoundEnd> before, List<String> classes, TrainingListener listener) {
    return champions
        .orElseThrow()
        .start(number, before, listener)
        .flatMap(
            start -> {
              String origin = config.checkpoints().model() + " version " + number;
              try {
                return Optional.of(
                    carried(start.weights(), start.classes(), classes, origin, start.version()));
              } catch (ModelException e) {
                String instead = "the round starts from " + ChampionStart.otherwise(before);
                warnOf(origin, instead, e, listener);
                return Optional.empty();
              }
            });
  }

  /**
   * {@return a finished round's weights, adapted to the current classes} The result is empty if the
   * weights are damaged, or belong to another architecture.
   *
   * @throws FailedReadException if the weights cannot be read at the moment
   */
  private Optional<Pretrained> weightsOf(
      int number, RoundEnd end, List<String> classes, TrainingListener listener) {
    Path before = folder.resolve(name(number));
    try {
      NetworkMark.requireNoOther(before.resolve(WEIGHTS), config.network());
      Weights weights = WeightsFile.read(before.resolve(WEIGHTS));
      return Optional.of(carried(weights, end.classes(), classes, name(number), end.version()));
    } catch (ModelException e) {
      if (isUnreadable(e.getCause())) {
        throw new FailedReadException(
            e.getMessage(), e); // the round would lose all learned weights
      }
      warnOf(before.toString(), "training starts again from the initial weights", e, listener);
      return Optional.empty();
    }
  }

  /** {@return whether a file exists and may be undamaged, but could not be read} */
  private static boolean isUnreadable(Throwable cause) {
    return cause instanceof IOException
        && !(cause instanceof NoSuchFileException
            || cause instanceof ZipException
            || cause instanceof EOFException);
  }

  /** {@return weights of the configured architecture, adapted to the current classes} */
  private Pretrained carried(
      Weights weights, List<String> from, List<String> to, String origin, Integer version) {
    ResNet network = config.network();
    return new Pretrained(
        Head.carry(
            network.withClasses(to.size()),
            network.withClasses(from.size()).fit(weights),
            from,
            to,
            config.seed()),
        to,
        origin,
        version,
        config.pretrained().map(Pretrained::freeze).orElse(List.of()));
  }

  private static void warnOf(
      String place, String instead, ModelException e, TrainingListener listener) {
    listener.warned(
        "the weights in " + place + " are ignored, and " + instead + ": " + e.getMessage());
  }

  private void removeAllBut(int kept) {
    for (int number : numbers()) {
      if (number != kept) {
        remove(folder.resolve(name(number)));
      }
    }
  }

  private void remove(Path round) {
    try (Stream<Path> walk = Files.walk(round)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    } catch (UncheckedIOException e) {
      throw failed(e.getCause());
    }
  }

  private TrainingException failed(IOException e) {
    return new TrainingException(message(e), e);
  }

  private String message(IOException e) {
    return "the run's folder " + folder + " cannot be used (" + e + "); check that it is writable";
  }
}
