package dev.millrace.trainer.pretrain;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.Schedule;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.LibtorchPretrainer;
import dev.millrace.trainer.SmallImages;
import java.nio.file.Path;

/** Pre-trains on a folder of small images, in the folder of a test. */
final class PretrainingRig {

  static final ResNet NETWORK = ResNet.of("resnet20").withSize(SmallImages.SIDE);
  static final long SEED = 7;

  private final Path folder;

  PretrainingRig(Path folder) {
    this.folder = folder;
  }

  PretrainingConfig config(String run, PretrainingMethod method, int epochs, double learningRate) {
    return config(run, method, Optimization.of(epochs, 16, learningRate, Schedule.COSINE));
  }

  PretrainingConfig config(String run, PretrainingMethod method, Optimization optimization) {
    return new PretrainingConfig(
        NETWORK,
        Configs.PREPROCESSING,
        new PretrainingData.Folder(folder.resolve("images")),
        method,
        optimization,
        SEED,
        folder.resolve(run),
        file(run),
        Compute.cpu(1));
  }

  /** Returns the path of a run's encoder. */
  Path file(String run) {
    return folder.resolve(run + "-output").resolve("encoder.safetensors");
  }

  Encoder encoder(String run) {
    return Encoder.read(file(run));
  }

  static HeardPretraining run(PretrainingConfig config) {
    return run(config, Long.MAX_VALUE);
  }

  /** Pre-trains, and stops after a number of steps. */
  static HeardPretraining run(PretrainingConfig config, long steps) {
    HeardPretraining heard = new HeardPretraining();
    new LibtorchPretrainer().pretrain(config, heard, () -> heard.steps.size() >= steps);
    return heard;
  }
}
