package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures the recipe {@code small-data} on Fashion-MNIST. ResNet-20 learns from 8,000 of the
 * 10,000 images of the test file, and is judged on the 60,000 images of the training file, on a
 * machine without other load. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=learning -Dquick verify
 * </pre>
 *
 * <p>{@code -Dnightly.resume} keeps the finished trainings of an interrupted run. {@code
 * -Dfashion.seeds=1} measures one seed instead of three. {@code -Dfashion.mnist=FOLDER} names the
 * folder of the training file, if Debian's package is not installed.
 */
@Tag("nightly")
@Tag("learning")
class FashionSuite {

  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final double TEN_MINUTES = 600;
  private static final int SEEDS = Integer.getInteger("fashion.seeds", 3);
  private static final Path FOLDER = Path.of("target", "fashion").toAbsolutePath();
  private static final Path IMAGES = FOLDER.resolve("images");

  /**
   * The options with which the recipe {@code small-data} is compared: one-cycle training for 20
   * epochs.
   */
  private static final List<Object> BEFORE =
      List.of(
          "--epochs", 20, "--schedule", "one_cycle", "--crop-padding", 2, "--weight-decay", 0.0005);

  /**
   * Smallest gain that is significant in a one-sided test at a level of 5 %, in standard
   * deviations.
   */
  private static final double SIGNIFICANT = 1.645;

  @BeforeAll
  static void writeImages() throws IOException {
    if (System.getProperty("nightly.resume") == null) {
      Utils.delete(FOLDER.toFile());
    }
    for (DemoImage image : FashionMnist.read()) {
      Path file = IMAGES.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
  }

  @Test
  void smallDataRecipe_reaches91Percent_within10Minutes_andBeatsTheRecipeBefore() throws Exception {
    FashionImages judge = FashionImages.ofTrainingFile();
    List<Double> accuracies = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    List<Double> gains = new ArrayList<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      Result recipe = train("small-data", seed, List.of("--recipe", "small-data"), judge);
      Result before = train("before", seed, BEFORE, judge);
      double gain = judge.gain(recipe.answers, before.answers);
      double accuracy = judge.accuracy(recipe.answers);
      accuracies.add(accuracy);
      seconds.add(recipe.seconds);
      gains.add(gain);
      System.out.printf(
          "seed %d: %.2f %% of 60,000 after %.0f s; before %.2f %% after %.0f s; %.1f standard"
              + " deviations%n",
          seed, accuracy, recipe.seconds, judge.accuracy(before.answers), before.seconds, gain);
    }
    double mean = accuracies.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    System.out.printf("mean of %d seeds: %.2f %%%n", SEEDS, mean);
    assertThat(seconds).allSatisfy(time -> assertThat(time).isLessThanOrEqualTo(TEN_MINUTES));
    assertThat(gains).allSatisfy(gain -> assertThat(gain).isGreaterThan(SIGNIFICANT));
    assertThat(mean).isGreaterThanOrEqualTo(91.0);
  }

  /** The answers of a trained network, and the time of its training, in seconds. */
  private record Result(byte[] answers, double seconds) {}

  /**
   * Trains a network and classifies the images of {@code judge} with it, or reads the result of an
   * earlier run.
   */
  private static Result train(String name, int seed, List<Object> recipe, FashionImages judge)
      throws Exception {
    Path folder = FOLDER.resolve(name + "-" + seed);
    Path answers = folder.resolve("answers");
    Path seconds = folder.resolve("seconds");
    if (!Files.exists(answers)) {
      Utils.delete(folder.toFile()); // the time is that of a whole training
      Files.createDirectories(folder);
      Files.writeString(seconds, Double.toString(seconds(folder, seed, recipe)));
      ModelVersion version = new ModelRepository(folder.resolve("models")).newest("fashion");
      Files.write(answers, judge.classify(version));
    }
    return new Result(Files.readAllBytes(answers), Double.parseDouble(Files.readString(seconds)));
  }

  private static double seconds(Path folder, int seed, List<Object> recipe) throws Exception {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                IMAGES,
                "--arch",
                "resnet20",
                "--size",
                FashionMnist.SIDE,
                "--seed",
                seed,
                "--repository",
                folder.resolve("models"),
                "--model",
                "fashion",
                "--run",
                folder.resolve("run")));
    command.addAll(recipe);
    long start = System.nanoTime();
    try (MillraceProcess train = MillraceProcess.start(folder, "", command.toArray())) {
      assertThat(train.await(PATIENCE)).as(train.errors()).isZero();
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
