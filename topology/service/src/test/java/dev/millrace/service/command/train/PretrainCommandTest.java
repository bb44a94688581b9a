package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.Views;
import dev.millrace.service.command.CommandTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PretrainCommandTest {

  private static final String WHAT_TO_LEARN_FROM =
      "give either --data or --images-topic: what to learn from";

  private static PretrainingConfig config(String... options) {
    List<String> line = new ArrayList<>(List.of("pretrain"));
    line.addAll(List.of(options));
    CommandLine root = CommandTree.root();
    var unused = root.parseArgs(line.toArray(String[]::new));
    return root.getSubcommands().get("pretrain").<PretrainCommand>getCommand().config();
  }

  @Test
  void defaults_areThePapers() {
    PretrainingConfig config = config("--data", "photos", "--size", "28");

    ResNet network = ResNet.of("resnet20").withSize(28);
    assertThat(config.network()).isEqualTo(network);
    assertThat(config.data()).isEqualTo(new PretrainingData.Folder(Path.of("photos")));
    assertThat(config.method())
        .isEqualTo(new PretrainingMethod.Similarity(SimSiam.of(network, 512), Views.of(28)));
    assertThat(config.optimization())
        .isEqualTo(
            SimSiam.optimization(network, PretrainingConfig.EPOCHS, PretrainingConfig.BATCH_SIZE));
    assertThat(config.run()).isEqualTo(Path.of("millrace-data/pretraining/resnet20"));
    assertThat(config.output()).isEqualTo(config.run().resolve("encoder.safetensors"));
    assertThat(config.compute()).isEqualTo(Compute.cpu(Runtime.getRuntime().availableProcessors()));
  }

  @Test
  void options_replaceTheDefaults() {
    PretrainingConfig config =
        config(
            "--images-topic=pictures",
            "--images=7",
            "--epochs=3",
            "--batch-size=64",
            "--lr=0.2",
            "--weight-decay=0.01",
            "--projector-width=40",
            "--crop-area=0.5",
            "--no-flip",
            "--color-jitter=0.1",
            "--grayscale=0.3",
            "--blur=0.6",
            "--run=r",
            "--output=e.safetensors",
            "--threads=1",
            "--bf16",
            "--seed=5");

    PretrainingData.Topic topic = (PretrainingData.Topic) config.data();
    assertThat(topic.images()).isEqualTo("pictures");
    assertThat(topic.capacity()).isEqualTo(7);
    assertThat(config.optimization().epochs()).isEqualTo(3);
    assertThat(config.optimization().batchSize()).isEqualTo(64);
    assertThat(config.optimization().learningRate().peak()).isEqualTo(0.2);
    assertThat(config.optimization().learningRate().schedule()).isEqualTo(Schedule.COSINE);
    assertThat(config.optimization().optimizer().weightDecay()).isEqualTo(0.01);
    assertThat(config.method())
        .isEqualTo(
            new PretrainingMethod.Similarity(
                new SimSiam(2, 40, 10), new Views(0.5, false, 0.1, 0.3, 0.6)));
    assertThat(config.run()).isEqualTo(Path.of("r"));
    assertThat(config.output()).isEqualTo(Path.of("e.safetensors"));
    assertThat(config.compute()).isEqualTo(new Compute(Device.CPU, 1, true));
    assertThat(config.seed()).isEqualTo(5);
  }

  @Test
  void rotation_hasTheDefaultsOfItsAuthors_andOptionsOfItsOwn() {
    ResNet network = ResNet.of("resnet20").withSize(28);
    PretrainingConfig usual = config("--data=photos", "--size=28", "--method=rotation");
    PretrainingConfig changed =
        config("--data=photos", "--size=28", "--method=rotation", "--no-flip", "--epochs=3");

    assertThat(usual.method()).isEqualTo(RotationPrediction.of(network, true));
    assertThat(usual.optimization())
        .isEqualTo(
            RotationPrediction.optimization(
                network, PretrainingConfig.EPOCHS, PretrainingConfig.BATCH_SIZE));
    assertThat(changed.method()).isEqualTo(RotationPrediction.of(network, false));
    assertThat(changed.optimization().epochs()).isEqualTo(3);
  }

  @Test
  void outputInAnotherFormat_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("--data", "photos", "--output", "e.npz"))
        .withMessage("output: 'e.npz' does not end in .safetensors, the format of the encoder");
  }

  @Test
  void folderAndTopic_orNeither_isWrongUsage() {
    assertThatThrownBy(() -> config()).hasMessage(WHAT_TO_LEARN_FROM);
    assertThatThrownBy(() -> config("--data", "photos", "--images-topic", "images"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessage(WHAT_TO_LEARN_FROM);
  }
}
