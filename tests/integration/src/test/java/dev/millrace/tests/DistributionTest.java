package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the installed distribution works without Maven, without a checkout, and without write
 * access to any folder except its working directory. With {@code -Prelease}, the installed
 * distribution is unpacked from the release's archives.
 */
@Tag("broker")
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class DistributionTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Names of the jars that are not Millrace's own. */
  private static final Pattern OTHERS = Pattern.compile("(?!millrace-).*\\.jar");

  @TempDir Path folder;

  private final List<MillraceProcess> running = new ArrayList<>();
  private Installation millrace;

  @BeforeEach
  void install() throws Exception {
    millrace = Installation.in(folder);
  }

  @AfterEach
  void stop() throws Exception {
    for (MillraceProcess process : running) {
      process.close();
    }
  }

  @Test
  void commands_workInAnEmptyEnvironment() throws Exception {
    Set<Path> installed = millrace.files();

    assertThat(run("--version")).startsWith("millrace " + millrace.version());
    makeModel();
    String broker = ready("broker", "--dir", "kafka", "--port", 0);
    ready("serve", "--model", "fashion", "--create-topics", 2, "--bootstrap-servers", broker);
    run("doctor", "--model", "fashion", "--bootstrap-servers", broker);
    run("send", "sample/images", "--bootstrap-servers", broker);
    String predictions =
        run("tail", "--from-beginning", "--count", 1000, "--json", "--bootstrap-servers", broker);

    assertThat(predictions.lines()).hasSize(1000);
    assertThat(millrace.files()).as("a start leaves no file behind").isEqualTo(installed);
  }

  @Test
  void trainWithoutTheSecondArchive_saysWhatIsMissing() throws Exception {
    assumeTrue(!Installation.isFromArchives(), "both archives are unpacked");

    try (MillraceProcess train = millrace.start("train", "--data", "images")) {
      assertThat(train.await(PATIENCE)).isEqualTo(1);
      assertThat(train.errors())
          .contains("there is no trainer in", "unpack the archive millrace-trainer");
    }
  }

  @Test
  void trainer_worksFromItsArchive() throws Exception {
    assumeTrue(Installation.isFromArchives(), "-Prelease makes the archives");
    makeModel();

    run(
        "train",
        "--data",
        "sample/images",
        "--arch",
        "resnet20",
        "--size",
        28,
        "--epochs",
        1,
        "--model",
        "fashion");

    assertThat(folder.resolve("work/millrace-data/models/fashion/2/model.onnx")).isNotEmptyFile();
  }

  @Test
  void archives_holdTheLicenceOfEachJar() throws Exception {
    assumeTrue(Installation.isFromArchives(), "-Prelease makes the archives");
    Path home = millrace.home();

    assertThat(List.of("LICENSE", "NOTICE", "README.md", "sbom.cdx.json", "trainer/sbom.cdx.json"))
        .allSatisfy(file -> assertThat(home.resolve(file)).isNotEmptyFile());
    for (String part : List.of("lib", "trainer")) {
      Path about = part.equals("lib") ? home : home.resolve(part);
      String listed = Files.readString(about.resolve("licences/README.md"));
      try (Stream<Path> jars = Files.list(home.resolve(part))) {
        assertThat(jars.map(jar -> jar.getFileName().toString()).filter(OTHERS.asMatchPredicate()))
            .isNotEmpty()
            .allSatisfy(jar -> assertThat(listed).contains("| " + jar.replace(".jar", "") + " |"));
      }
    }
  }

  private void makeModel() throws Exception {
    run("sample", "sample");
    run(
        "models",
        "import",
        "sample/model.onnx",
        "--model",
        "fashion",
        "--labels",
        "sample/labels.txt",
        "--size",
        28,
        "--resize",
        28);
  }

  /** Runs a command to its end, and returns its standard output. */
  private String run(Object... command) throws Exception {
    try (MillraceProcess process = millrace.start(command)) {
      int exitCode = process.await(PATIENCE);
      assertThat(exitCode).as("%s: %s", List.of(command), process.errors()).isZero();
      return process.output();
    }
  }

  /**
   * Starts a command and waits for the line that says that it is ready. Returns the rest of that
   * line.
   */
  private String ready(Object... command) throws Exception {
    MillraceProcess process = millrace.start(command);
    running.add(process);
    return process.awaitLine("ready (.*)", PATIENCE);
  }
}
