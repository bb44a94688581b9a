package dev.millrace.tests;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.Block;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Trains the network that classifies the images of {@link Sample}. */
final class FashionTraining {

  private static final ResNet NETWORK =
      new ResNet(
          "resnet8",
          Stem.CIFAR,
          Block.BASIC,
          List.of(1, 1, 1),
          8,
          Shortcut.A,
          FashionMnist.LABELS.size(),
          FashionMnist.SIDE,
          3);
  private static final Optimization OPTIMIZATION =
      Optimization.of(30, 128, 0.1, Schedule.ONE_CYCLE)
          .with(new Optimizer(Optimizer.Rule.SGD, 0.9, 5e-4, true, 0, 0));

  private FashionTraining() {}

  /**
   * Trains the network, and writes the network's file to the folder that the first argument names.
   * The training takes about a minute.
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<DemoImage> all = FashionMnist.read();
    for (DemoImage image : all.subList(Sample.IMAGES, all.size())) {
      Path file = folder.resolve("images").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    Path repository = folder.resolve("models");
    ServiceLoader.load(Trainer.class)
        .findFirst()
        .orElseThrow()
        .train(
            new TrainingConfig(
                NETWORK,
                Models.preprocessing(NETWORK.size()),
                new TrainingData.Folder(folder.resolve("images"), new Split(0.1), new ClassRule(1)),
                OPTIMIZATION,
                Augmentation.of(2, true),
                Optional.empty(),
                1,
                new Checkpoints(
                    new ModelRepository(repository),
                    "fashion",
                    folder.resolve("run"),
                    Optional.empty(),
                    Optional.empty()),
                Compute.cpu(2)),
            new Printer(),
            () -> false);
    ModelVersion trained = new ModelRepository(repository).newest("fashion");
    Files.write(
        folder.resolve("resnet8.onnx"),
        ResNetOnnx.write(NETWORK, OnnxWeights.read(Files.readAllBytes(trained.modelFile()))));
  }

  private static final class Printer implements TrainingListener {
    @Override
    public void began(String run, int images, int heldOut, long done, long steps) {}

    @Override
    public void stepped(long step, int images, double loss) {}

    @Override
    public void epochEnded(EpochReport report) {
      System.out.println(report);
    }

    @Override
    public void exported(ModelVersion version) {}

    @Override
    public void gateOpened(int images, double smallestGain) {}

    @Override
    public void judged(Verdict verdict) {}

    @Override
    public void championMeasured(ChampionMeasure measure) {}

    @Override
    public void promoted(ModelVersion version) {}

    @Override
    public void warned(String what) {
      System.out.println(what);
    }
  }
}
