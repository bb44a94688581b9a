package dev.millrace.trainer.run;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Trains on a folder of small images, in the folder of a test. */
final class RunRig {

  /** Number of images per class from which a network learns. */
  static final int EACH = 60;

  /**
   * Number of images per class, for tests in which the network does not have to learn anything.
   * With two classes, an epoch has two batches.
   */
  static final int FEW = 24;

  private final Path home;

  RunRig(Path home) {
    this.home = home;
  }

  /** Writes the images to train on. */
  void write(int classes, int each) {
    SmallImages.write(home.resolve("images"), classes, each);
  }

  Heard train(TrainingConfig config) {
    return train(config, Long.MAX_VALUE);
  }

  Heard train(TrainingConfig config, long steps) {
    Heard heard = new Heard();
    new LibtorchTrainer().train(config, heard, () -> heard.steps.size() >= steps);
    return heard;
  }

  Weights newest() {
    return OnnxWeights.read(repository().newest("small").readVerified());
  }

  ModelRepository repository() {
    return new ModelRepository(home.resolve("models"));
  }

  TrainingConfig ofTheLastLayer(String run) {
    ResNet network = ResNet.of("resnet20").withClasses(3).withSize(SmallImages.SIDE);
    Pretrained start =
        new Pretrained(
            HeInitialization.of(network, 3),
            List.of(),
            "start",
            null,
            List.of("stem", "layer1", "layer2", "layer3"));
    TrainingConfig config = Configs.of(home, run, 3, 0.05, Optional.of(start));
    return ConfigCopy.of(config)
        .optimization(Optimization.of(3, 8, 0.05, Schedule.COSINE))
        .augmentation(Augmentation.NONE)
        .config();
  }

  Weights weights(int version) {
    return OnnxWeights.read(repository().version("small", version).readVerified());
  }

  void demandCheckpoint() {
    try {
      Files.createFile(home.resolve("run/export"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
