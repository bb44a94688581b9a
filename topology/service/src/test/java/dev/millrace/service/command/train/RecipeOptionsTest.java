package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Mixing;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Recipe;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.WarmUp;
import dev.millrace.service.command.options.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class RecipeOptionsTest {

  private static final ResNet NETWORK = ResNet.of("resnet110");

  /** A command that has only the options of the training method. */
  @Command
  private static final class Bare {
    @Mixin private RecipeOptions recipe;
  }

  private static CommandLine command() {
    return new CommandLine(new Bare()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static TrainingConfig parsed(List<String> options) {
    return parsed(Map.of(), options);
  }

  private static TrainingConfig parsed(Map<String, String> file, List<String> options) {
    CommandLine command = command().setDefaultValueProvider(new ConfigFile(file));
    var unused = command.parseArgs(options.toArray(String[]::new));
    RecipeOptions recipe = ((Bare) command.getCommand()).recipe;
    return new TrainingConfig(
        NETWORK,
        new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        new TrainingData.Folder(Path.of("any"), new Split(0.2), new ClassRule(1)),
        recipe.optimization(NETWORK),
        recipe.augmentation(),
        Optional.empty(),
        1,
        new Checkpoints(
            new ModelRepository(Path.of("any")),
            "m",
            Path.of("any"),
            Optional.empty(),
            Optional.empty()),
        Compute.cpu(1));
  }

  @Test
  void noRecipe_isTheDefaults() {
    TrainingConfig config = parsed(List.of());
    assertThat(config.optimization()).isEqualTo(Optimization.DEFAULTS);
    assertThat(config.augmentation()).isEqualTo(Augmentation.DEFAULTS);
  }

  @ParameterizedTest
  @EnumSource(Recipe.class)
  void printedOptions_givenByHand_areTheRecipe(Recipe recipe) {
    TrainingConfig chosen = parsed(List.of("--recipe", recipe.toString()));
    TrainingConfig byHand = parsed(WrittenRecipe.of(chosen));

    assertThat(chosen.optimization()).isEqualTo(recipe.optimization(NETWORK));
    assertThat(chosen.augmentation()).isEqualTo(recipe.augmentation());
    assertThat(byHand.optimization()).isEqualTo(chosen.optimization());
    assertThat(byHand.augmentation()).isEqualTo(chosen.augmentation());
  }

  /** No two options have the same value. */
  @Test
  void eachOption_setsItsOwnValue_andIsPrintedAsGiven() {
    List<String> given =
        List.of(
            "--epochs=7",
            "--patience=3",
            "--batch-size=5",
            "--balance",
            "--learning-rate=0.3",
            "--schedule=cosine",
            "--warm-up=0.5",
            "--warm-up-shape=constant",
            "--backbone-rate=0.25",
            "--label-smoothing=0.2",
            "--zero-init",
            "--optimizer=adamw",
            "--momentum=0.8",
            "--weight-decay=0.002",
            "--no-decay-norms",
            "--clip-norm=1.5",
            "--ema-decay=0.7",
            "--crop-padding=3",
            "--crop-area=0.6",
            "--no-flip",
            "--color-jitter=0.15",
            "--trivial-augment",
            "--erasing=0.45",
            "--mixup=0.55",
            "--cutmix=0.65");
    TrainingConfig config = parsed(given);

    assertThat(config.optimization())
        .isEqualTo(
            new Optimization(
                7,
                3,
                new Sampling(5, true),
                new LearningRate(
                    0.3, Schedule.COSINE, new WarmUp(0.5, WarmUp.Shape.CONSTANT), 0.25),
                new Optimizer(Optimizer.Rule.ADAMW, 0.8, 0.002, false, 1.5, 0.7),
                0.2,
                true));
    assertThat(config.augmentation())
        .isEqualTo(new Augmentation(3, 0.6, false, 0.15, true, 0.45, new Mixing(0.55, 0.65)));
    assertThat(WrittenRecipe.of(config)).isEqualTo(given);
  }

  @Test
  void printedOptions_areAllOptionsOfTheMethod() {
    List<String> printed =
        WrittenRecipe.of(parsed(List.of())).stream()
            .map(option -> option.replaceFirst("=.*", "").replaceFirst("^--no-", "--"))
            .toList();
    assertThat(command().getCommandSpec().options())
        .extracting(option -> option.names()[0])
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Stream.of("--recipe"), printed.stream()).toList());
  }

  @Test
  void singleOptions_changeTheRecipe_whereverTheyStand() {
    TrainingConfig config =
        parsed(List.of("--lr", "0.3", "--no-flip", "--recipe=imagenet", "--optimizer", "adamw"));
    Optimization recipe = Recipe.IMAGENET.optimization(NETWORK);

    assertThat(config.optimization().learningRate().peak()).isEqualTo(0.3);
    assertThat(config.optimization().optimizer().rule()).isEqualTo(Optimizer.Rule.ADAMW);
    assertThat(config.augmentation().flip()).isFalse();
    assertThat(config.optimization().epochs()).isEqualTo(recipe.epochs());
    assertThat(config.augmentation().cropArea())
        .isEqualTo(Recipe.IMAGENET.augmentation().cropArea());
  }

  /** With the peak of stochastic gradient descent, each step of AdamW is far too long. */
  @Test
  void adamw_hasALearningRateOfItsOwn_unlessTheUserGivesOne() {
    for (String base : List.of("--flip", "--recipe=imagenet", "--recipe=small-data")) {
      assertThat(peak(base, "--optimizer=adamw")).as(base).isEqualTo(0.001);
      assertThat(peak(base, "--optimizer=adamw", "--lr=0.1")).as(base).isEqualTo(0.1);
    }
    assertThat(peak("--optimizer=nesterov")).isEqualTo(0.1);
    assertThat(peak("--recipe=finetune", "--optimizer=sgd")).isEqualTo(0.02);
  }

  private static double peak(String... options) {
    return parsed(List.of(options)).optimization().learningRate().peak();
  }

  @Test
  void optionsOfTheConfigFile_changeTheRecipe() {
    TrainingConfig config =
        parsed(Map.of("epochs", "5", "flip", "false", "recipe", "imagenet"), List.of());

    assertThat(config.optimization().epochs()).isEqualTo(5);
    assertThat(config.augmentation().flip()).isFalse();
    assertThat(config.augmentation().cropArea())
        .isEqualTo(Recipe.IMAGENET.augmentation().cropArea());
    assertThat(parsed(Map.of("epochs", "5"), List.of("--epochs", "6")).optimization().epochs())
        .isEqualTo(6);
  }

  @Test
  void cifar_warmsUpDeepNetworksOnly() {
    assertThat(Recipe.CIFAR.optimization(ResNet.of("resnet56")).learningRate().warmUp())
        .isEqualTo(WarmUp.NONE);
    assertThat(Recipe.CIFAR.optimization(NETWORK).learningRate().warmUp())
        .isEqualTo(new WarmUp(1, WarmUp.Shape.CONSTANT));
  }
}
