package dev.millrace.trainer.stream;

import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.gate.BaseChampion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Trains rounds with a trainer that does not train, but records its rounds. */
final class RoundsRig {

  final Told told = new Told();
  final List<TrainingConfig> trained = new ArrayList<>();
  final List<Optional<BaseChampion>> bases = new ArrayList<>();
  TrainingConfig config;
  Optional<ChampionStart> champions = Optional.empty();

  RoundsRig(Path folder) {
    config = Configs.config(folder, Configs.topics(folder, 9, 1));
  }

  /** Returns the network of an architecture, for the size of the rounds' images. */
  static ResNet network(String architecture) {
    return ResNet.of(architecture).withSize(Configs.SIDE);
  }

  private static LabelledImages images(String... classes) {
    return new LabelledImages(
        new Labels(List.of(classes)),
        IntStream.range(0, classes.length)
            .mapToObj(
                label ->
                    new LabelledImage(classes[label], label, "", Part.TRAINING, () -> new byte[0]))
            .toList());
  }

  static Weights weights(int classes, long seed) {
    return HeInitialization.of(Configs.NETWORK.withClasses(classes), seed);
  }

  /** Records the round's configuration, and creates the round's folder, as a real run does. */
  void begin(TrainingConfig round) {
    trained.add(round);
    try {
      Files.createDirectories(round.checkpoints().run());
      Files.writeString(round.checkpoints().run().resolve("run.json"), "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns weights that identify their round. */
  Optional<Weights> learn(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    begin(round);
    bases.add(base);
    listener.began(name, 1, 1, 0, 1);
    return Optional.of(weights(images.labels().size(), trained.size()));
  }

  Optional<Weights> diverge(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    begin(round);
    listener.began(name, 1, 1, 0, 1);
    throw new TrainingException("the loss is NaN");
  }

  /**
   * Trains a round that learns, on one image of each class. Returns whether the round has ended.
   */
  boolean train(String... classes) {
    return train(this::learn, classes);
  }

  boolean train(RoundTrainer trainer, String... classes) {
    return train(trainer, told, () -> false, classes);
  }

  boolean train(
      RoundTrainer trainer, TrainingListener listener, BooleanSupplier stop, String... classes) {
    AtomicLong nanos = new AtomicLong();
    return new Rounds(config, trainer, champions, () -> nanos.addAndGet(60_000_000_000L))
        .train(images(classes), listener, stop);
  }

  /** Returns the weights from which a round has started. */
  Pretrained start(int round) {
    return trained.get(round).pretrained().orElseThrow();
  }
}
