package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Sampling;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Pixels;
import dev.millrace.trainer.data.TrainingSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains only the last layer. */
class HeadTrainingTest {

  private static final int EPOCHS = 6;
  private static final ResNet NETWORK =
      ResNet.of("resnet20").withClasses(2).withSize(SmallImages.SIDE);

  @TempDir private Path folder;

  private final Map<String, Integer> reads = new TreeMap<>();

  private LabelledImage counted(LabelledImage image) {
    return new LabelledImage(
        image.key(),
        image.label(),
        image.content(),
        image.part(),
        () -> {
          reads.merge(image.key(), 1, Integer::sum);
          return image.source().read();
        });
  }

  /** The pixels have no room in memory, so each use of an image's pixels reads the image's file. */
  @Test
  void eachImage_isReadOnce_inAllEpochsTogether() throws IOException {
    SmallImages.write(folder, 2, 15);
    List<Pixels.Image> images = new ArrayList<>();
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0);
        TorchNetwork trained =
            new TorchNetwork(
                NETWORK,
                HeInitialization.of(NETWORK, 1),
                List.of("stem", "layer1", "layer2", "layer3"),
                Configs.of(folder, 1, 0.1).optimization(),
                Configs.PREPROCESSING,
                Compute.cpu(1))) {
      for (LabelledImage image : SmallImages.read(folder)) {
        images.add(pixels.add(counted(image)));
      }
      reads.clear();
      TrainingSet training =
          new TrainingSet(
              images.subList(0, 20),
              Configs.PREPROCESSING,
              new Sampling(8, false),
              Augmentation.NONE,
              1);
      EvaluationSet heldOut =
          new EvaluationSet(images.subList(20, 30), Configs.PREPROCESSING.bytes());
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (int batch = 0; batch < training.batches(); batch++) {
          var unused = trained.step(training.batch(epoch, batch), 0.1);
        }
        heldOut.forEachBatch(batch -> trained.estimateStatistics(batch, 0));
        heldOut.forEachBatch(trained::probabilities);
      }
    }

    assertThat(reads).hasSize(30);
    assertThat(reads.values()).containsOnly(1);
  }
}
