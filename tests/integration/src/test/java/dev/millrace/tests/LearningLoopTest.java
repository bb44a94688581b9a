package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the whole learning loop. DemoTest is the short form of this test. Each of the loop's five
 * parts runs in its own process. Labelled events arrive, a better model version is promoted, and
 * predictions name that version. No process is restarted.
 */
@Tag("broker")
@Tag("nightly")
@Tag("learning")
@Timeout(300)
class LearningLoopTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int FIRST = 300;
  private static final int MORE = 1_500;

  private static final Pattern BETTER = Pattern.compile("\"version\":(?!1,)");

  @TempDir Path folder;

  private Path write(String name, List<DemoImage> images) throws Exception {
    Path home = folder.resolve(name);
    for (DemoImage image : images) {
      Path file = home.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    return home;
  }

  private List<Object> train(Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "train",
                "--stem",
                "cifar_halved",
                "--size",
                28,
                "--batch-size",
                32,
                "--repository",
                folder.resolve("models"),
                "--model",
                "looped"));
    command.addAll(List.of(more));
    return command;
  }

  private void run(Object... command) throws Exception {
    MillraceProcess.Result result = MillraceProcess.run(folder, command);
    assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
  }

  /** Removes an image from the replay, which is the trainer's store of labelled images. */
  private void forget(String key) throws Exception {
    Object[] command = {
      "train",
      "forget",
      key,
      "--model",
      "looped",
      "--run",
      folder.resolve("2"),
      "--repository",
      folder.resolve("models")
    };
    MillraceProcess.Result result = MillraceProcess.run(folder, command);
    assertThat(result.output()).as(result.errors()).contains("'" + key + "' is removed from ");
    assertThat(MillraceProcess.run(folder, command).errors())
        .contains("holds no image with the key '" + key + "'");
  }

  @Test
  void labelledEvents_becomeABetterVersion_thatAnswers() throws Exception {
    List<DemoImage> images = FashionMnist.read();
    Path first = write("first", images.subList(0, FIRST));
    Path more = write("more", images.subList(FIRST, FIRST + MORE));
    run(
        train(
                "--data",
                first,
                "--epochs",
                1,
                "--learning-rate",
                0.0001,
                "--run",
                folder.resolve("1"))
            .toArray());

    try (MillraceProcess broker =
        MillraceProcess.start(
            folder, "", "broker", "--dir", folder.resolve("kafka"), "--port", 0)) {
      Object at = broker.awaitLine("ready (.*)", PATIENCE);
      List<Object> trainer =
          train(
              "--labels-topic",
              "labels",
              "--create-topics",
              2,
              "--every-labels",
              MORE, // labels arrive sorted by class; the check before a promotion needs all classes
              "--epochs",
              4,
              "--learning-rate",
              0.05,
              "--schedule",
              "one_cycle",
              "--run",
              folder.resolve("2"),
              "--promote-if-better",
              0.2,
              "--bootstrap-servers",
              at);
      try (MillraceProcess serve =
              MillraceProcess.start(
                  folder,
                  "",
                  "serve",
                  "--bootstrap-servers",
                  at,
                  "--repository",
                  folder.resolve("models"),
                  "--model",
                  "looped",
                  "--create-topics",
                  2);
          MillraceProcess train = MillraceProcess.start(folder, "", trainer.toArray())) {
        serve.awaitLine("ready (.*)", PATIENCE);
        run(
            "models",
            "promote",
            "--repository",
            folder.resolve("models"),
            "--model",
            "looped",
            "--version",
            1,
            "--bootstrap-servers",
            at);

        Path typo = Files.createDirectories(folder.resolve("typo/coaat")).resolve("1.png");
        Files.write(typo, images.get(FIRST + MORE).encoded());
        run("send", "--bootstrap-servers", at, "--labels-topic", "labels", folder.resolve("typo"));
        run("send", "--bootstrap-servers", at, "--labels-topic", "labels", more);
        train.awaitLine("looped version \\d+ is promoted", PATIENCE);
        assertThat(train.errors()).contains("different images: 'coaat' (1)");
        assertThat(train.output()).contains("against version 1 (p ");
        try (MillraceProcess tail =
            MillraceProcess.start(
                folder, "", "tail", "--bootstrap-servers", at, "--from-beginning", "--json")) {
          // A new version may be replaced before it has answered an image. So the test sends images
          // until a better version has answered an image.
          while (!BETTER.matcher(tail.output()).find()) {
            assertThat(tail.isAlive() && serve.isAlive()).isTrue();
            run("send", "--bootstrap-servers", at, first);
          }
          assertThat(tail.output()).contains("\"version\":1,");
        }
        assertThat(
                MillraceProcess.run(
                        folder, "models", "status", "--model", "looped", "--bootstrap-servers", at)
                    .output())
            .containsPattern("looped  training: round \\d+, epoch \\d of 4: loss ");
        train.terminate();
        assertThat(train.await(PATIENCE)).isEqualTo(143);
        assertThat(train.output()).contains("stopped; the same command continues from here");
        forget(images.get(FIRST).key());
      }
    }
  }
}
