package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that have no effect together with the other options. */
class UnusedOptionsTest {

  @TempDir private Path folder;

  private CapturedRun train(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--model=m", "--repository=" + folder.resolve("models")));
    arguments.addAll(List.of(options));
    return CapturedRun.of(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "--from=champion",
    "--restart-after=5",
    "--max-loss=1",
    "--max-growth-loss=3",
    "--watch-newest=500",
    "--min-accuracy=90",
    "--golden=x"
  })
  void optionOfTheGate_withoutAGate_isRefused(String option) {
    assertThat(train("--labels-topic=labels", option).usageLine())
        .contains(name(option) + " needs --promote-if-better");
  }

  @Test
  void lossOnTheGoldenSet_withoutASet_isRefused() {
    assertThat(train("--data=x", "--promote-if-better=1", "--max-loss=1").usageLine())
        .contains("--max-loss needs --golden");
  }

  @ParameterizedTest
  @CsvSource({
    "--every-labels=1000",
    "--every-minutes=60",
    "--replay-images=50000",
    "--images-topic=images",
    "--create-topics=4",
    "--image-field=picture",
    "--schema-registry=http://localhost:1"
  })
  void optionOfTopics_withAFolder_isRefused(String option) {
    assertThat(train("--data=x", option).usageLine())
        .contains(name(option) + " needs --labels-topic");
  }

  @ParameterizedTest
  @CsvSource({"--from=round", "--restart-after=5", "--watch-newest=500"})
  void optionOfRounds_withAFolder_isRefused(String option) {
    assertThat(train("--data=x", "--promote-if-better=1", option).usageLine())
        .contains(name(option) + " needs --labels-topic");
  }

  @Test
  void leastImagesPerClass_withFixedClasses_areRefused() {
    assertThat(train("--data=x", "--classes=x", "--min-per-class=3").usageLine())
        .contains("--min-per-class cannot be combined with --classes");
  }

  /** The file of --config counts as given, because the user wrote it, too. */
  @Test
  void optionInTheConfigFile_countsAsGiven() throws IOException {
    Path file = Files.writeString(folder.resolve("train.properties"), "every-labels=7");

    assertThat(train("--data=x", "--config=" + file).usageLine())
        .contains("--every-labels needs --labels-topic");
  }

  @Test
  void schemaRegistryInTheConfigFile_mayBeForOtherCommands() throws IOException {
    Path file =
        Files.writeString(folder.resolve("all.properties"), "schema-registry=http://localhost:1");

    assertThat(train("--data=x", "--config=" + file).failureLine())
        .contains("the trainer is not on the class path");
  }

  @ParameterizedTest
  @CsvSource({"--images=5", "--image-field=picture", "--schema-registry=http://localhost:1"})
  void optionOfTheTopic_withAFolderToPretrainOn_isRefused(String option) {
    assertThat(CapturedRun.of("pretrain", "--data=x", option).usageLine())
        .contains(name(option) + " needs --images-topic");
  }

  @ParameterizedTest
  @CsvSource({
    "--projector-width=64",
    "--crop-area=0.5",
    "--color-jitter=0.1",
    "--grayscale=0.1",
    "--blur=0.1"
  })
  void optionOfSimSiam_withRotations_isRefused(String option) {
    assertThat(CapturedRun.of("pretrain", "--data=x", "--method=rotation", option).usageLine())
        .contains(name(option) + " needs --method simsiam");
  }

  @Test
  void optionsOfBothMethods_withRotations_arePassedOn() {
    assertThat(
            CapturedRun.of(
                    "pretrain",
                    "--data=x",
                    "--method=rotation",
                    "--no-flip",
                    "--lr=0.1",
                    "--weight-decay=0")
                .failureLine())
        .contains("the trainer is not on the class path");
  }

  /** The class path of this test has no trainer, which is looked up after the options. */
  @Test
  void optionsThatHaveAnEffect_arePassedOn() {
    assertThat(train("--data=x", "--min-per-class=3").failureLine())
        .contains("the trainer is not on the class path");
  }

  private static String name(String option) {
    return option.substring(0, option.indexOf('='));
  }
}
