package dev.millrace.trainer.stream;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The configuration of a small training from topics, below one folder. */
final class Configs {

  static final int SIDE = 8;
  static final ResNet NETWORK = ResNet.of("resnet20").withSize(SIDE);
  static final Duration EVERY_TIME = Duration.ofHours(1);

  static final Split SPLIT = new Split(0.4);

  private Configs() {}

  static TrainingData.Topics topics(Path folder, int capacity, int everyLabels) {
    return topics(folder, Map.of(), capacity, everyLabels);
  }

  static TrainingData.Topics topics(Path folder, int capacity, int everyLabels, ClassRule classes) {
    return topics(folder, Map.of(), capacity, everyLabels, classes);
  }

  static TrainingData.Topics topics(
      Path folder, Map<String, String> events, int capacity, int everyLabels) {
    return topics(folder, events, capacity, everyLabels, new ClassRule(1));
  }

  private static TrainingData.Topics topics(
      Path folder, Map<String, String> events, int capacity, int everyLabels, ClassRule classes) {
    return new TrainingData.Topics(
        "images",
        "labels",
        events,
        new KafkaAccess(Map.of()),
        folder.resolve("replay"),
        capacity,
        everyLabels,
        EVERY_TIME,
        SPLIT,
        classes);
  }

  static TrainingConfig config(Path folder, TrainingData.Topics topics) {
    return config(folder, topics, Optional.empty());
  }

  static TrainingConfig config(Path folder, TrainingData.Topics topics, Optional<Gate> gate) {
    return new TrainingConfig(
        NETWORK,
        new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        topics,
        Optimization.of(1, 8, 0.01, Schedule.STEP),
        Augmentation.NONE,
        Optional.empty(),
        1,
        new Checkpoints(
            new ModelRepository(folder.resolve("models")),
            "small",
            folder.resolve("run"),
            Optional.empty(),
            gate),
        Compute.cpu(1));
  }
}
