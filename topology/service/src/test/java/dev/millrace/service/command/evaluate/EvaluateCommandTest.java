package dev.millrace.service.command.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CifarModel;
import dev.millrace.service.command.RandomModel;
import dev.millrace.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {

  @TempDir private Path folder;

  /** The table in {@code expected} holds the class and the answer of each image. */
  @Test
  void realModel_isMeasuredAsItsTableSays() throws Exception {
    CifarModel.publish(repository());
    Path images = CifarModel.images(folder.resolve("images"));
    int[][] expected = new int[10][10];
    int correct = 0;
    for (String[] row : SharedData.rows("expected/cifar10-test-1000.csv", ",")) {
      expected[Integer.parseInt(row[1])][Integer.parseInt(row[2])]++;
      correct += row[1].equals(row[2]) ? 1 : 0;
    }
    Path svg = folder.resolve("confusion.svg");

    JsonNode report =
        evaluate("cifar", images, "--json", "--svg", svg.toString()).succeeded().json();

    assertThat(report.get("n").asInt()).isEqualTo(1000);
    assertThat(report.at("/top1/value").asDouble()).isEqualTo(correct / 1000.0);
    assertThat(report.at("/top1/low").asDouble()).isBetween(0.89, 0.91);
    assertThat(report.at("/top1/high").asDouble()).isBetween(0.92, 0.94);
    assertThat(report.at("/top5/value").asDouble()).isGreaterThan(0.99);
    double recalls = 0;
    for (int truth = 0; truth < 10; truth++) {
      int images10 = 0;
      for (int answer = 0; answer < 10; answer++) {
        assertThat(report.get("confusion").get(truth).get(answer).asInt())
            .isEqualTo(expected[truth][answer]);
        images10 += expected[truth][answer];
      }
      JsonNode one = report.get("perClass").get(truth);
      assertThat(one.get("n").asInt()).isEqualTo(images10);
      assertThat(one.get("recall").asDouble())
          .isEqualTo(expected[truth][truth] / (double) images10);
      recalls += one.get("recall").asDouble();
    }
    assertThat(report.get("balanced").asDouble()).isCloseTo(recalls / 10, within(1e-12));
    assertThat(report.at("/balancedInterval/low").asDouble()).isBetween(0.89, 0.91);
    assertThat(report.at("/perClass/3/recallInterval/low").asDouble())
        .isLessThan(report.at("/perClass/3/recall").asDouble());
    assertThat(report.get("ece").asDouble()).isBetween(0.0, 0.1);
    assertThat(report.at("/eceInterval/high").asDouble())
        .isBetween(report.get("ece").asDouble(), 0.1);
    assertThat(report.at("/logLoss/value").asDouble()).isBetween(0.2, 0.5);
    assertThat(report.at("/logLoss/low").asDouble()).isBetween(0.2, 0.4);
    assertThat(report.get("imagesPerSecond").asDouble()).isPositive();
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(svg.toFile())
                .getElementsByTagName("title")
                .getLength())
        .isGreaterThan(10);
  }

  @Test
  void text_hasTheMeasuresAndTheMatrix() throws IOException {
    RandomModel.publish(repository(), "tiny");
    Path data = data("c0", "c1", "c1");

    assertThat(evaluate("tiny", data).succeeded().out())
        .contains(
            "tiny version 1 on 3 images",
            "top-1",
            "95 % interval",
            "balanced accuracy",
            "calibration error",
            "images per second",
            "CLASS  IMAGES  RECALL",
            "CLASS \\ ANSWER");
  }

  @Test
  void folderThatIsNoClass_isNamed_orIgnored() throws IOException {
    RandomModel.publish(repository(), "tiny");
    Path data = data("c0", "zebra");

    assertThat(evaluate("tiny", data).failureLine())
        .contains(data.resolve("zebra").toString(), "is not a class", "--ignore-unknown");
    CapturedRun run = evaluate("tiny", data, "--ignore-unknown", "--json").succeeded();
    assertThat(run.json().get("n").asInt()).isEqualTo(1);
    assertThat(run.errLines()).singleElement().asString().contains("zebra", "ignored");
  }

  @Test
  void pictureThatCannotBeWritten_fails_afterTheMeasures() throws IOException {
    RandomModel.publish(repository(), "tiny");

    CapturedRun run =
        evaluate("tiny", data("c0"), "--svg", folder.resolve("none/x.svg").toString(), "--json");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.json().get("n").asInt()).isEqualTo(1);
    assertThat(run.err()).contains("cannot write");
  }

  @Test
  void independentClasses_areRefused() throws IOException {
    RandomModel.publish(repository(), "tiny", 10, 1, "--scores", "independent");

    assertThat(evaluate("tiny", data("c0")).failureLine())
        .contains("tiny version 1 has independent classes", "millrace classify");
  }

  @Test
  void imagesInNoFolder_areNamed() throws IOException {
    RandomModel.publish(repository(), "tiny");
    Path data = data("c0");
    image(data.resolve("loose.png"), 0);

    assertThat(evaluate("tiny", data).failureLine()).contains("in no folder that is a class");
  }

  @Test
  void imageThatCannotBeRead_isCountedApart() throws IOException {
    RandomModel.publish(repository(), "tiny");
    Path data = data("c0", "c1");
    Files.writeString(data.resolve("c0/broken.jpg"), "no image");

    CapturedRun run = evaluate("tiny", data, "--json").succeeded();

    assertThat(run.json().get("n").asInt()).isEqualTo(2);
    assertThat(run.json().get("refused").asInt()).isEqualTo(1);
    assertThat(run.err()).contains("broken.jpg");
  }

  /**
   * Compares two networks with different weights. Two versions have equal weights, so that one
   * comparison finds no difference.
   */
  @Test
  void versions_areComparedOnTheSameImages() throws IOException {
    RandomModel.publish(repository(), "tiny", 10, 1);
    RandomModel.publish(repository(), "tiny", 10, 1);
    RandomModel.publish(repository(), "tiny", 10, 2);
    Path data = data("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9");

    JsonNode same = compare(data, "1", "2", "--model", "tiny", "--json").succeeded().json();
    assertThat(same.get("n").asInt()).isEqualTo(10);
    assertThat(same.get("p").asDouble()).isEqualTo(1);
    assertThat(same.at("/a/onlyCorrect").asInt()).isZero();
    assertThat(same.at("/a/top1")).isEqualTo(same.at("/b/top1"));

    JsonNode other = compare(data, "tiny/1", "tiny/3", "--json").succeeded().json();
    assertThat(other.at("/b/version").asInt()).isEqualTo(3);
    int onlyA = other.at("/a/onlyCorrect").asInt();
    int onlyB = other.at("/b/onlyCorrect").asInt();
    assertThat(other.at("/a/top1/value").asDouble() - other.at("/b/top1/value").asDouble())
        .isCloseTo((onlyA - onlyB) / 10.0, within(1e-9));
    assertThat(compare(data, "tiny/1", "tiny/3").succeeded().out())
        .contains("10 images", "tiny version 1: top-1", "McNemar");

    Files.writeString(data.resolve("c0/broken.jpg"), "no image");
    CapturedRun broken = compare(data, "tiny/1", "tiny/3", "--json").succeeded();
    assertThat(broken.json().get("n").asInt()).isEqualTo(10);
    assertThat(broken.json().get("refused").asInt()).isEqualTo(1);
    assertThat(broken.errLines()).singleElement().asString().contains("broken.jpg");

    assertThat(compare(data, "1", "2").usageLine()).contains("--model");
    assertThat(compare(data, "x", "2").usageLine()).contains("'x' is not a version");
  }

  /** Two classes have the same name, like the two classes of ImageNet with the name crane. */
  @Test
  void foldersWithWordNetNumbers_areMatchedByTheFileOfClasses() throws IOException {
    List<String> synsets = List.of("n00000001 cat", "n00000002 crane", "n00000003 crane");
    Path file = Files.write(folder.resolve("synset.txt"), synsets);
    RandomModel.publish(repository(), "tiny", synsets, 1);
    RandomModel.publish(repository(), "tiny", synsets, 2);
    Path data = data("n00000001", "n00000003", "n00000003");

    assertThat(evaluate("tiny", data).failureLine())
        .contains("n00000001 is not a class of the model", "--classes");
    JsonNode report =
        evaluate("tiny", data, "--classes", file.toString(), "--json").succeeded().json();
    assertThat(images(report)).containsExactly(1, 0, 2);
    assertThat(
            compare(data, "tiny/1", "tiny/2", "--classes", file.toString(), "--json")
                .succeeded()
                .json()
                .get("n")
                .asInt())
        .isEqualTo(3);

    Files.writeString(file, "n00000001 cat\n");
    assertThat(evaluate("tiny", data, "--classes", file.toString()).failureLine())
        .contains("--classes names 1 classes", "ImageNet's synset.txt", "the model has 3");
    assertThat(evaluate("tiny", data, "--classes", "missing.txt").failureLine())
        .contains("missing.txt", "give --classes a file");
  }

  @Test
  void labelWithSlashes_isAFolderInAFolder_andTheInnermostClassWins() throws IOException {
    RandomModel.publish(repository(), "tiny", List.of("air", "air/plane", "/a/airfield"), 1);
    Path data = data("air/plane", "air/plane/small", "air", "a/airfield", "air/balloon");

    JsonNode report = evaluate("tiny", data, "--json").succeeded().json();

    assertThat(images(report)).containsExactly(2, 2, 1);
    Files.createDirectories(data.resolve("a/bakery"));
    image(data.resolve("a/bakery/1.png"), 1);
    assertThat(evaluate("tiny", data).failureLine())
        .contains(data.resolve("a/bakery") + " is not a class");
  }

  @Test
  void versionsWithOtherOrders_areComparedByName() throws IOException {
    RandomModel.publish(repository(), "tiny", List.of("cat", "dog", "cow"), 1);
    RandomModel.publish(repository(), "other", List.of("dog", "cat", "emu"), 1);
    Path data = data("cat", "dog");

    JsonNode comparison = compare(data, "tiny/1", "other/1", "--json").succeeded().json();

    assertThat(comparison.get("n").asInt()).isEqualTo(2);
    // The weights are equal, and only the order of the labels differs. Equal outputs therefore mean
    // different labels, so at most one of the two versions is right about an image.
    assertThat(comparison.at("/a/top1/value").asDouble() * 2)
        .isEqualTo(comparison.at("/a/onlyCorrect").asInt());
    Files.createDirectories(data.resolve("cow"));
    image(data.resolve("cow/1.png"), 1);
    assertThat(compare(data, "tiny/1", "other/1").failureLine()).contains("cow is not a class");
  }

  private static List<Integer> images(JsonNode report) {
    List<Integer> images = new ArrayList<>();
    report.get("perClass").forEach(one -> images.add(one.get("n").asInt()));
    return images;
  }

  private CapturedRun evaluate(String model, Path data, String... more) {
    return run(data, List.of("evaluate", "--model", model), more);
  }

  private CapturedRun compare(Path data, String... more) {
    return run(data, List.of("models", "compare"), more);
  }

  private CapturedRun run(Path data, List<String> command, String... more) {
    List<String> args = new ArrayList<>(command);
    args.addAll(List.of("--repository", repository().toString(), "--data", data.toString()));
    args.addAll(List.of(more));
    return CapturedRun.of(args.toArray(String[]::new));
  }

  private Path repository() {
    return folder.resolve("models");
  }

  /** Writes an image into the folder of each class. */
  private Path data(String... classes) throws IOException {
    Path data = folder.resolve("data");
    for (int i = 0; i < classes.length; i++) {
      Files.createDirectories(data.resolve(classes[i]));
      image(data.resolve(classes[i]).resolve(i + ".png"), i);
    }
    return data;
  }

  private static void image(Path file, int seed) throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, (i * 7919 * (seed + 1)) & 0xffffff);
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
