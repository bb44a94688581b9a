package dev.millrace.trainer.stream;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.trainer.data.LabelledImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Trains in rounds. Each round starts from the weights of the round before. Each round has a
 * folder: {@code round-000001} and so on. When a round has finished, the folders of earlier rounds
 * are removed. A round that was killed or stopped is repeated from its beginning, on the images
 * that the replay then holds. Confined to one thread. Only one process may use the folder at a
 * time.
 */
final class Rounds {

  private static final String NAME = "round-";
  private static final Pattern FOLDER = Pattern.compile(NAME + "([0-9]{6})");
  private static final String WEIGHTS = "weights.safetensors";
  private static final String END = "round.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final TrainingConfig config;
  private final RoundTrainer trainer;
  private final Path folder;

  /** Creates the folder if it is missing. */
  Rounds(TrainingConfig config, RoundTrainer trainer) {
    this.config = config;
    this.trainer = trainer;
    this.folder = config.checkpoints().run();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * The content of the file that a finished round writes after its weights.
   *
   * @param classes names of the classes, in the order of the rows of the last layer
   * @param version number of the version that the round published last; null if the round published
   *     no version
   */
  private record End(List<String> classes, Integer version) {}

  /**
   * Trains a round. If the round fails after it has begun, for example because it diverges, the
   * listener receives a warning and the round's files are removed. The next round then starts from
   * the weights that the failed round started from.
   *
   * @return true if the round finished, or failed after it had begun; false if the round was
   *     stopped
   * @throws TrainingException if the round cannot begin
   */
  boolean train(LabelledImages images, TrainingListener listener, BooleanSupplier stop) {
    int last = last();
    removeAllBut(last);
    String name = name(last + 1);
    Path round = folder.resolve(name);
    RoundListener heard = new RoundListener(listener);
    TrainingConfig asked = configuration(last, images.labels().names(), round, listener);
    try {
      Files.createDirectories(round);
      Optional<Weights> weights = trainer.train(asked, images, heard, stop, name);
      if (weights.isEmpty()) {
        return false;
      }
      WeightsFile.write(round.resolve(WEIGHTS), weights.get());
      AtomicFile.write(
          round.resolve(END),
          JSON.writeValueAsBytes(new End(images.labels().names(), heard.version())));
      removeAllBut(last + 1);
    } catch (TrainingException e) {
      if (!heard.hasBegun()) {
        throw e;
      }
      removeAllBut(last);
      listener.warned(
          name + " failed; the next round starts from the same weights. Cause: " + e.getMessage());
    } catch (IOException e) {
      throw failed(e);
    }
    return true;
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

  private TrainingConfig configuration(
      int last, List<String> classes, Path round, TrainingListener listener) {
    Checkpoints checkpoints = config.checkpoints();
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        config.optimization(),
        config.augmentation(),
        weightsOf(last, classes, listener).or(config::pretrained),
        config.seed(),
        new Checkpoints(
            checkpoints.repository(),
            checkpoints.model(),
            round,
            checkpoints.every(),
            checkpoints.gate()),
        config.device(),
        config.threads());
  }

  /**
   * {@return a finished round's weights, adapted to the current classes} The result is empty if
   * {@code number} is 0 or if the weights belong to another architecture.
   */
  private Optional<Pretrained> weightsOf(
      int number, List<String> classes, TrainingListener listener) {
    if (number == 0) {
      return Optional.empty();
    }
    Path before = folder.resolve(name(number));
    try {
      End end = JSON.readValue(before.resolve(END).toFile(), End.class);
      ResNet network = config.network();
      Weights weights =
          network.withClasses(end.classes().size()).fit(WeightsFile.read(before.resolve(WEIGHTS)));
      return Optional.of(
          new Pretrained(
              Head.carry(
                  network.withClasses(classes.size()),
                  weights,
                  end.classes(),
                  classes,
                  config.seed()),
              name(number),
              end.version(),
              config.pretrained().map(Pretrained::freeze).orElse(List.of())));
    } catch (ModelException e) {
      listener.warned(
          "the weights in "
              + before
              + " are ignored, and training starts again from the initial weights: "
              + e.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      throw failed(e);
    }
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
      throw failed(e);
    } catch (UncheckedIOException e) {
      throw failed(e.getCause());
    }
  }

  private TrainingException failed(IOException e) {
    return new TrainingException(
        "the run's folder " + folder + " cannot be used (" + e + "); check that it is writable", e);
  }
}
