package dev.millrace.trainer;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import java.nio.file.Path;
import java.util.Optional;

/** Configurations of trainings that take one or two seconds. */
public final class Configs {

  public static final Preprocessing PREPROCESSING =
      new Preprocessing(
          SmallImages.SIDE,
          SmallImages.SIDE,
          Preprocessing.IMAGENET_MEAN,
          Preprocessing.IMAGENET_STD);

  private Configs() {}

  /** Returns a configuration that trains ResNet-20 on {@link SmallImages}, on one thread. */
  public static TrainingConfig of(Path home, int epochs, double learningRate) {
    return of(home, "run", epochs, learningRate, Optional.empty());
  }

  public static TrainingConfig of(
      Path home, String run, int epochs, double learningRate, Optional<Pretrained> pretrained) {
    return new TrainingConfig(
        ResNet.of("resnet20").withSize(SmallImages.SIDE),
        PREPROCESSING,
        new TrainingData.Folder(home.resolve("images"), new Split(0.3), new ClassRule(1)),
        Optimization.of(epochs, 16, learningRate, Schedule.COSINE),
        Augmentation.of(2, true),
        pretrained,
        7,
        new Checkpoints(
            new ModelRepository(home.resolve("models")),
            "small",
            home.resolve(run),
            Optional.empty(),
            Optional.empty()),
        Compute.cpu(1));
  }
}
