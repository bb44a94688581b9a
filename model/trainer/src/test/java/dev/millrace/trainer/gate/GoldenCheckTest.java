package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.FolderImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenCheckTest {

  @TempDir private Path home;
  private Path folder;

  /** Two folders, {@code a} and {@code b}, with three images each. */
  @BeforeEach
  void prepare() {
    folder = home.resolve("golden");
    SmallImages.write(folder, 2, 3);
  }

  private GoldenCheck check(double maxLoss) {
    return new GoldenCheck(new Gate.Golden(folder, maxLoss), FolderImages.find(folder));
  }

  /** A training from a folder with the classes {@code a} and {@code b}. */
  private TrainingConfig config(double maxLoss) {
    SmallImages.write(home.resolve("images"), 2, 24);
    TrainingConfig config = Configs.of(home, 1, 0.05);
    Gate gate =
        new Gate(
            0,
            Optional.empty(),
            3,
            Optional.of(new Gate.Golden(folder, maxLoss)),
            500,
            new Gate.Restart(5, false),
            new KafkaAccess(Map.of("bootstrap.servers", "localhost:1")));
    return ConfigCopy.of(config)
        .checkpoints(
            new Checkpoints(
                config.checkpoints().repository(),
                "small",
                home.resolve("run"),
                Optional.empty(),
                Optional.of(gate)))
        .config();
  }

  @Test
  void tooSmallSet_isRefusedWithTheNumberItNeeds() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> check(1).requireEnough())
        .withMessageContaining("the 6 images in " + folder)
        .withMessageContaining("below 1.00 points")
        .withMessageContaining("up to 1,498")
        .withMessageContaining("allow a larger loss");
    assertThatCode(() -> check(70).requireEnough()).doesNotThrowAnyException();
  }

  /** Copies of one image show no more than the image. */
  @Test
  void copiesOfAnImage_areCountedOnce() throws IOException {
    for (int copy = 0; copy < 30; copy++) {
      Files.copy(folder.resolve("a/0000.png"), folder.resolve("a/copy" + copy + ".png"));
    }

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> check(20).requireEnough())
        .withMessageContaining("the 6 images in " + folder);
  }

  @Test
  void imagesOfNoClass_areNotCounted() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> check(50).requireEnough(List.of("a", "c")))
        .withMessageContaining("the 3 images of the training's classes in " + folder);
    assertThatCode(() -> check(50).requireEnough(List.of("a", "b"))).doesNotThrowAnyException();
  }

  @Test
  void foldersOfNoClass_areNamedWithTheirNumbersOfImages() throws IOException {
    Files.createDirectory(folder.resolve("empty"));

    assertThat(check(70).leftOut(List.of("a", "b", "empty"))).isEmpty();
    assertThat(check(70).leftOut(List.of("a", "c")).orElseThrow())
        .contains("'b' (3), 'empty' (0); rename");
  }

  @Test
  void setWithoutAClass_isRefusedBeforeTheTrainingBegins() throws IOException {
    TrainingConfig config = config(70);
    Files.move(folder.resolve("a"), folder.resolve("A"));
    Files.move(folder.resolve("b"), folder.resolve("B"));

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> new LibtorchTrainer().train(config, new Heard(), () -> false))
        .withMessageContaining("the folders are 'A', 'B', and the classes are 'a', 'b'; rename");
    assertThat(home.resolve("run/split.json")).doesNotExist();
  }

  /** A training from topics would otherwise end when its first round begins. */
  @Test
  void unreadableImage_isRefusedBeforeTheTrainingBegins() throws IOException {
    TrainingConfig config = config(70);
    Files.writeString(folder.resolve("a/bad.png"), "no image");

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> new LibtorchTrainer().train(config, new Heard(), () -> false))
        .withMessageStartingWith("golden: in " + folder + ", 1 of 7 images cannot be read: a/bad");
    assertThat(home.resolve("run/split.json")).doesNotExist();
  }

  @Test
  void stopRequest_endsTheReadingOfTheImages() {
    int[] calls = new int[1];

    assertThat(GoldenCheck.of(config(70), () -> ++calls[0] == 3)).isEmpty();
    assertThat(calls[0]).isEqualTo(3);
    assertThat(new LibtorchTrainer().train(config(70), new Heard(), () -> true)).isFalse();
    assertThat(home.resolve("run/split.json")).doesNotExist();
  }

  @Test
  void goldenImagesThatAreTrainedOn_areWarnedOf() {
    TrainingConfig config = config(70);
    Heard heard = new Heard();
    new LibtorchTrainer().train(config, heard, () -> !heard.warnings.isEmpty());

    assertThat(heard.warnings)
        .anySatisfy(
            warning ->
                assertThat(warning)
                    .startsWith("golden: ")
                    .contains("of the 6 images in " + folder + " are also training images"));
  }

  @Test
  void setThatIsNotThatOfTheEarlierTraining_isTold() throws IOException {
    TrainingConfig config = config(70);
    Heard heard = new Heard();
    new LibtorchTrainer()
        .train(config, heard, () -> home.resolve("run/split.json").toFile().exists());
    assertThat(heard.goldenChanges).isEmpty();

    Files.copy(folder.resolve("a/0000.png"), folder.resolve("b/other.png"));
    new LibtorchTrainer().train(config, heard, () -> !heard.goldenChanges.isEmpty());
    assertThat(heard.goldenChanges)
        .singleElement()
        .satisfies(now -> assertThat(now.classes()).isEqualTo(Map.of("a", 3, "b", 4)));
  }

  @Test
  void setWithTooFewImagesOfTheClasses_isRefusedBeforeTheTrainingBegins() throws IOException {
    TrainingConfig config = config(50);
    Files.move(folder.resolve("b"), folder.resolve("B"));

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> new LibtorchTrainer().train(config, new Heard(), () -> false))
        .withMessageContaining("the 3 images of the training's classes");
  }
}
