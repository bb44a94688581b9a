package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures how much accuracy a pre-trained encoder adds when there are few labels. ResNet-20 is
 * pre-trained on 8,000 images of Fashion-MNIST's test file, without their labels. It then learns
 * from 20 labelled images per class, once starting from the encoder and once from random weights.
 * This is repeated with three random draws of the labelled images. If Debian's package {@code
 * dataset-fashion-mnist} is installed, the accuracies are measured on the 60,000 images of the
 * training file. Otherwise, they are measured on the other 2,000 images of the test file. Runs only
 * with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=learning -Dquick verify
 * </pre>
 *
 * <p>{@code -Dnightly.resume} continues the pre-training of an interrupted run, and keeps its
 * finished trainings. {@code -Dpretrain.epochs=8} and {@code -Dpretrain.draws=1} shorten the suite.
 * {@code -Dpretrain.method=rotation} pre-trains with rotation prediction instead of SimSiam. The
 * pre-training must end within {@code -Dpretrain.minutes=45}, and each training within {@code
 * -Dpretrain.training.minutes=10}. The mean gain must be at least {@code -Dpretrain.points=5}
 * percentage points.
 */
@Tag("nightly")
@Tag("learning")
class PretrainSuite {

  private static final String SIMSIAM = "simsiam";
  private static final String METHOD = System.getProperty("pretrain.method", SIMSIAM);
  private static final int EPOCHS = Integer.getInteger("pretrain.epochs", 40);
  private static final int DRAWS = Integer.getInteger("pretrain.draws", 3);
  private static final Duration PATIENCE =
      Duration.ofMinutes(Integer.getInteger("pretrain.minutes", 45));
  private static final Duration TRAINING_PATIENCE =
      Duration.ofMinutes(Integer.getInteger("pretrain.training.minutes", 10));

  /** The smallest mean gain of the encoder, in percentage points. */
  private static final double REQUIRED_POINTS =
      Double.parseDouble(System.getProperty("pretrain.points", "5"));

  /** Each method has a folder of its own, so that none resumes the run of another method. */
  private static final Path FOLDER =
      Path.of("target", METHOD.equals(SIMSIAM) ? "pretrain" : "pretrain-" + METHOD)
          .toAbsolutePath();

  private static final Path ENCODER = FOLDER.resolve("encoder.safetensors");

  /** Holds the time that the pre-training took, over all processes that it needed, in seconds. */
  private static final Path SECONDS = FOLDER.resolve("pretraining-seconds");

  /** Exists if the pre-training has ended. */
  private static final Path PRETRAINED = FOLDER.resolve("pretrained");

  private static final int JUDGES = 2_000;
  private static final int PER_CLASS = 20;

  /** The options of the training from few labels. They are equal with and without the encoder. */
  private static final List<Object> TRAINING =
      List.of(
          "--recipe",
          "small-data",
          "--batch-size",
          32,
          "--epochs",
          60,
          "--learning-rate",
          0.05,
          "--held-out",
          0.1,
          "--min-per-class",
          10);

  /** The 97.5 % quantiles of Student's t-distribution, for 1, 2, 3, 4 and 5 degrees of freedom. */
  private static final double[] STUDENT = {12.706, 4.303, 3.182, 2.776, 2.571};

  private static List<DemoImage> judges;
  private static List<DemoImage> seen;

  @BeforeAll
  static void writeImages() throws IOException {
    if (System.getProperty("nightly.resume") == null) {
      Utils.delete(FOLDER.toFile());
    }
    List<DemoImage> all = FashionMnist.read();
    judges = all.subList(0, JUDGES);
    seen = all.subList(JUDGES, all.size());
    Path images = Files.createDirectories(FOLDER.resolve("images"));
    for (DemoImage image : seen) {
      // Leave out the folder that names the class, because pre-training must not see labels.
      Files.write(images.resolve(Path.of(image.key()).getFileName()), image.encoded());
    }
  }

  @Test
  void encoder_helpsWhereLabelsAreRare() throws Exception {
    FashionImages judge =
        FashionImages.areInstalled() ? FashionImages.ofTrainingFile() : FashionImages.of(judges);
    pretrain();
    double[] gains = new double[DRAWS];
    for (int draw = 1; draw <= DRAWS; draw++) {
      Path images = draw(draw);
      byte[] with = train(draw, images, "with", List.of("--from-encoder", ENCODER), judge);
      byte[] without = train(draw, images, "without", List.of(), judge);
      gains[draw - 1] = judge.accuracy(with) - judge.accuracy(without);
      System.out.printf(
          "draw %d: %.2f %% of %,d with the encoder, %.2f %% without; %.1f points more, %.1f standard"
              + " deviations%n",
          draw,
          judge.accuracy(with),
          judge.labels().length,
          judge.accuracy(without),
          gains[draw - 1],
          judge.gain(with, without));
    }
    print(gains);
    assertThat(mean(gains)).isGreaterThanOrEqualTo(REQUIRED_POINTS);
  }

  private static void pretrain() throws Exception {
    double before = Files.exists(SECONDS) ? Double.parseDouble(Files.readString(SECONDS)) : 0;
    if (Files.exists(PRETRAINED)) {
      System.out.printf("pre-trained for %.0f s%n", before);
      return;
    }
    long start = System.nanoTime();
    try (MillraceProcess pretrain =
        MillraceProcess.start(
            FOLDER,
            "",
            "pretrain",
            "--method",
            METHOD,
            "--data",
            FOLDER.resolve("images"),
            "--arch",
            "resnet20",
            "--size",
            FashionMnist.SIDE,
            "--epochs",
            EPOCHS,
            "--run",
            FOLDER.resolve("run"),
            "--output",
            ENCODER)) {
      assertThat(pretrain.await(PATIENCE.minusSeconds((long) before)))
          .as(pretrain.errors())
          .isZero();
      System.out.println(pretrain.output());
      Files.createFile(PRETRAINED);
    } finally {
      double seconds = before + (System.nanoTime() - start) / 1e9;
      Files.writeString(SECONDS, Double.toString(seconds));
      System.out.printf("pre-trained for %.0f s%n", seconds);
    }
  }

  /**
   * Writes {@link #PER_CLASS} random images of each class into a folder, and returns this folder.
   */
  private static Path draw(int draw) throws IOException {
    Path folder = FOLDER.resolve("labelled-" + draw);
    List<DemoImage> order = new ArrayList<>(seen);
    Collections.shuffle(order, new Random(draw));
    Map<String, Integer> counts = new HashMap<>();
    for (DemoImage image : order) {
      if (counts.merge(image.label(), 1, Integer::sum) <= PER_CLASS) {
        Path file = folder.resolve(image.key());
        Files.createDirectories(file.getParent());
        Files.write(file, image.encoded());
      }
    }
    return folder;
  }

  /**
   * Trains a network and classifies the images of {@code judge} with it, or reads the answers of an
   * earlier run.
   */
  private static byte[] train(
      int draw, Path images, String name, List<Object> start, FashionImages judge)
      throws Exception {
    Path folder = FOLDER.resolve(name + "-" + draw);
    Path answers = folder.resolve("answers");
    if (Files.exists(answers)) {
      return Files.readAllBytes(answers);
    }
    Utils.delete(folder.toFile());
    Files.createDirectories(folder);
    List<Object> command =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                images,
                "--arch",
                "resnet20",
                "--size",
                FashionMnist.SIDE,
                "--seed",
                draw,
                "--repository",
                folder.resolve("models"),
                "--model",
                "fashion",
                "--run",
                folder.resolve("run")));
    command.addAll(TRAINING);
    command.addAll(start);
    try (MillraceProcess train = MillraceProcess.start(folder, "", command.toArray())) {
      assertThat(train.await(TRAINING_PATIENCE)).as(train.errors()).isZero();
    }
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    byte[] found = judge.classify(repository.newest("fashion"));
    Files.write(answers, found);
    return found;
  }

  private static double mean(double[] gains) {
    double sum = 0;
    for (double gain : gains) {
      sum += gain;
    }
    return sum / gains.length;
  }

  private static void print(double[] gains) {
    double mean = mean(gains);
    if (gains.length == 1) {
      System.out.printf("gain: %.2f points, of one draw%n", mean);
      return;
    }
    double squares = 0;
    for (double gain : gains) {
      squares += (gain - mean) * (gain - mean);
    }
    double quantile = STUDENT[Math.min(STUDENT.length, gains.length - 1) - 1];
    double half = quantile * Math.sqrt(squares / (gains.length - 1) / gains.length);
    System.out.printf(
        "gain: %.2f points, 95 %% interval over %d draws %.2f to %.2f%n",
        mean, gains.length, mean - half, mean + half);
  }
}
