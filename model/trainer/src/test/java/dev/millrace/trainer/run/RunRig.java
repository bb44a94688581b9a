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

  private final Path home;

  RunRig(Path home) {
    this.home = home;
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
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        Optimization.of(3, 8, 0.05, Schedule.COSINE),
        Augmentation.NONE,
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  Weights weights(int version) {
    return OnnxWeights.read(repository().version("small", version).readVerified());
  }

  static TrainingConfig with(TrainingConfig config, Optimization optimization) {
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        optimization,
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  void demandCheckpoint() {
    try {
      Files.createFile(home.resolve("run/export"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
