package dev.millrace.trainer.run;

import static dev.millrace.trainer.run.RunRig.EACH;
import static dev.millrace.trainer.run.RunRig.FEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.SmallImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains on folders whose classes or images change, or are no use. */
class ImageFolderTrainingTest {

  @TempDir private Path home;
  private RunRig rig;

  @BeforeEach
  void prepare() {
    rig = new RunRig(home);
  }

  @Test
  void imagesThatCannotBeLearnedFrom_areRefused_andNothingIsPublished() throws IOException {
    Path images = Files.createDirectories(home.resolve("images"));
    refused("no folder");
    SmallImages.write(images, 1, EACH);
    refused("there is only one class to learn, 'a', and a training needs two");
    Files.createDirectories(images.resolve("b"));
    refused("fewer than 1 different images: 'b' (0)");
    for (int i = 0; i < 3; i++) {
      Files.write(images.resolve("b/bad" + i + ".png"), new byte[] {1, 2, (byte) i});
    }
    assertThatThrownBy(() -> rig.train(Configs.of(home, 1, 0.05)))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("3 of 63 images cannot be read: b/bad0.png (")
        .hasMessageContaining("b/bad1.png (")
        .hasMessageContaining("b/bad2.png (")
        .hasMessageEndingWith("; remove them");
    assertThat(home.resolve("models")).doesNotExist();
  }

  /** A training from topics would otherwise wait for its first round before it fails. */
  @Test
  void weightsOfAnotherArchitecture_areRefusedBeforeTheImagesAreRead() {
    Pretrained start =
        new Pretrained(
            HeInitialization.of(ResNet.of("resnet32"), 1), List.of(), "file", null, List.of());
    TrainingConfig config = Configs.of(home, "run", 1, 0.05, Optional.of(start));

    assertThatThrownBy(() -> rig.train(config))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the weights do not fit resnet20");
    assertThat(home.resolve("run")).doesNotExist();
  }

  @Test
  void deviceThatIsNotThere_isRefusedBeforeTheImagesAreRead() {
    TrainingConfig config =
        ConfigCopy.of(Configs.of(home, 1, 0.05)).device(Device.parse("cuda:0")).config();

    assertThatThrownBy(() -> rig.train(config))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("device cuda:0: ");
    assertThat(home.resolve("run")).doesNotExist();
  }

  @Test
  void lowerRateOfLayersWithRandomWeights_isTold() throws IOException {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 1, 0.05);

    assertThat(rig.train(config).warnings).isEmpty();
    assertThat(rig.train(withBackboneFactor(config, 0.1)).warnings)
        .singleElement()
        .asString()
        .startsWith("all layers start with random weights, but")
        .contains(" learn at 0.1 of the learning rate, which is probably too slow; ");
  }

  private static TrainingConfig withBackboneFactor(TrainingConfig config, double factor) {
    Optimization before = config.optimization();
    LearningRate rate = before.learningRate();
    return ConfigCopy.of(config)
        .optimization(
            new Optimization(
                before.epochs(),
                before.patience(),
                before.sampling(),
                new LearningRate(rate.peak(), rate.schedule(), rate.warmUp(), factor),
                before.optimizer(),
                before.labelSmoothing(),
                before.zeroInit()))
        .config();
  }

  private void refused(String why) {
    assertThatThrownBy(() -> rig.train(Configs.of(home, 1, 0.05)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(why);
  }

  @Test
  void publishedClasses_keepTheirIndices_alsoWithoutImages() throws IOException {
    Path images = home.resolve("images");
    SmallImages.write(images, 3, FEW);
    Files.move(images.resolve("c"), home.resolve("c"));
    rig.train(Configs.of(home, 1, 0.05));
    Files.move(images.resolve("a"), home.resolve("a"));
    Files.move(home.resolve("c"), images.resolve("c"));
    Heard shrunk = rig.train(Configs.of(home, "other", 1, 0.05, Optional.empty()));
    SmallImages.write(images, 1, FEW);
    Heard grown = rig.train(Configs.of(home, "third", 1, 0.05, Optional.empty()));

    assertThat(labels(2)).containsExactly("a", "b", "c");
    assertThat(shrunk.warnings)
        .contains(
            "classes without an image to train on: 'a'; they keep their indices, but the network"
                + " does not learn them (a file of classes can leave them out)");
    assertThat(labels(3)).containsExactly("a", "b", "c");
    assertThat(grown.warnings).isEmpty();
  }

  @Test
  void publishedClass_keepsItsIndex_withFewerImagesThanANewClassNeeds() throws IOException {
    rig.write(3, FEW);
    rig.train(Configs.of(home, 1, 0.05));
    try (Stream<Path> files = Files.list(home.resolve("images/a"))) {
      for (Path file : files.sorted().skip(2).toList()) {
        Files.delete(file);
      }
    }
    Heard heard = rig.train(with(Configs.of(home, "other", 1, 0.05, Optional.empty()), FEW));

    assertThat(labels(2)).containsExactly("a", "b", "c");
    assertThat(heard.warnings)
        .containsExactly(
            "classes without an image to compare versions on: 'a'",
            "classes without an image to report the accuracy on: 'a'");
  }

  @Test
  void folderWithoutAnyPublishedClass_hasItsOwnClasses() throws IOException {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 1, 0.05));
    Files.move(home.resolve("images/a"), home.resolve("images/c"));
    Files.move(home.resolve("images/b"), home.resolve("images/d"));
    Heard heard = rig.train(Configs.of(home, "other", 1, 0.05, Optional.empty()));

    assertThat(labels(2)).containsExactly("c", "d");
    assertThat(heard.warnings)
        .containsExactly(
            "the classes do not begin with those of version 1, which are a, b; a version with the"
                + " new classes can replace it only by a promotion that allows another signature");
  }

  @Test
  void folderWithImagesOfOneClass_isRefused_alsoIfAnotherClassIsPublished() throws IOException {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 1, 0.05));
    Files.move(home.resolve("images/a"), home.resolve("moved"));

    refused("there is only one class to learn, 'b', and a training needs two");
  }

  private List<String> labels(int version) {
    return rig.repository().version("small", version).manifest().labels();
  }

  private static TrainingConfig with(TrainingConfig config, int minPerClass) {
    TrainingData.Folder data = (TrainingData.Folder) config.data();
    return ConfigCopy.of(config)
        .data(new TrainingData.Folder(data.folder(), data.split(), new ClassRule(minPerClass)))
        .config();
  }
}
