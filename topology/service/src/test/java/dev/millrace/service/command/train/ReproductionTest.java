package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.CommandException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReproductionTest {

  @TempDir private Path folder;

  private ModelVersion publish(Lineage lineage) {
    return new ModelRepository(folder)
        .publish(
            "m",
            new byte[] {1},
            new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
            new Labels(List.of("a", "b")),
            new Provenance(
                new ModelManifest.Source("training", null, null),
                null,
                Map.of(),
                "run",
                null,
                null,
                null,
                lineage));
  }

  private static Lineage lineage(Map<String, String> options, String images, String momentum) {
    return new Lineage(
        Map.of("optimization", momentum),
        options,
        1,
        1,
        "He",
        3,
        0,
        new Lineage.Data(images, List.of(20, 30)),
        Map.of());
  }

  private String failure(String value) {
    return run(value).failureLine();
  }

  private CapturedRun run(String value) {
    return CapturedRun.of("train", "--reproduce", value, "--repository", folder.toString());
  }

  @Test
  void valueThatIsNoVersion_isRefused() {
    assertThat(CapturedRun.of("train", "--reproduce", "fashion").usageLine())
        .contains("'fashion' is not MODEL/VERSION");
  }

  @Test
  void versionWithoutALineage_isRefused() {
    publish(null);

    assertThat(failure("m/1")).contains("m version 1 does not say how it was trained");
  }

  @Test
  void versionOfATopic_isRefused() {
    publish(lineage(Map.of("epochs", "3"), "x", "0.9"));

    assertThat(failure("m/1")).contains("m version 1 was trained on a topic");
  }

  /** The class path of this test has no trainer. */
  @Test
  void recordedOptions_areGivenToTheTrainer() {
    publish(lineage(Map.of("data", "images", "epochs", "0"), "x", "0.9"));
    assertThat(run("m/1").usageLine()).contains("epochs: 0 is not between");

    publish(lineage(Map.of("data", "images", "epochs", "3"), "x", "0.9"));
    assertThat(failure("m/2")).contains("the trainer is not on the class path");
  }

  @Test
  void otherImagesAndOtherSettings_areNamedBeforeTheTraining() {
    Map<String, String> options = Map.of("data", "images");
    ModelVersion original = publish(lineage(options, "x", "0.9"));
    Reproduction reproduction = new Reproduction(original, null, null);

    assertThatThrownBy(() -> reproduction.prepared(lineage(options, "y", "0.9")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("the images are not those of m version 1")
        .hasMessageContaining("other names or contents");
    assertThatThrownBy(() -> reproduction.prepared(lineage(options, "x", "0.8")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("the optimization 0.9")
        .hasMessageContaining("0.8");
  }

  /** A user would otherwise not learn why the bytes differ on another machine. */
  @Test
  void anotherProcessor_isNamedBeforeTheTraining() {
    List<String> warnings = new ArrayList<>();
    TrainingListener screen =
        new ForwardingListener(null) {
          @Override
          public void warned(String what) {
            warnings.add(what);
          }
        };
    ModelVersion original = publish(computedOn("AMD EPYC"));
    Reproduction reproduction = new Reproduction(original, null, screen);

    reproduction.prepared(computedOn("AMD EPYC"));
    assertThat(warnings).isEmpty();
    reproduction.prepared(computedOn("Intel Xeon"));
    assertThat(warnings)
        .containsExactly(
            "other libraries or another processor may give other bytes: m version 1 was trained with"
                + " {processor=AMD EPYC}, and this is {processor=Intel Xeon}");
  }

  private static Lineage computedOn(String processor) {
    return new Lineage(
        Map.of(),
        Map.of("data", "images"),
        1,
        1,
        "He",
        3,
        0,
        new Lineage.Data("x", List.of(20, 30)),
        Map.of("processor", processor));
  }

  /** The release is the same, and the options are the same. */
  @Test
  void otherDivisionOfTheSameImages_isExplained() {
    ModelVersion original = publish(divided("50 images, a1"));
    Reproduction reproduction = new Reproduction(original, TrainingScreenTest.config(), null);

    assertThatThrownBy(() -> reproduction.prepared(divided("50 images, b2")))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "the images of m version 1 were divided into other training images and held-out images,"
                + " because its run's folder already stored the parts of images of an earlier"
                + " training; copy the file split.json from that folder to any, and start again");
  }

  /** Without this check, the run would train its remaining epochs, which may take hours. */
  @Test
  void runThatHasPassedTheVersion_isRefusedBeforeTheFirstStep() {
    ModelVersion original = publish(lineage(Map.of("data", "images"), "x", "0.9"));
    Reproduction reproduction = new Reproduction(original, TrainingScreenTest.config(), null);

    assertThatThrownBy(() -> reproduction.began("run", 40, 10, 7, 32))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "the run in any has already passed the step at which m version 1 was exported; remove"
                + " the folder, and start again");
  }

  private static Lineage divided(String images) {
    return new Lineage(
        Map.of(Lineage.DIVISION, images),
        Map.of("data", "images"),
        1,
        1,
        "He",
        3,
        0,
        new Lineage.Data("x", List.of(20, 30)),
        Map.of());
  }

  /** The manifest holds the values of these options, so values of the user would be ignored. */
  @Test
  void optionsOfTheTraining_areRefusedBesideReproduce() {
    publish(lineage(Map.of("data", "images", "epochs", "3"), "x", "0.9"));

    for (String option :
        List.of(
            "--threads=4",
            "--seed=2",
            "--epochs=5",
            "--lr=0.1",
            "--no-flip",
            "--recipe=cifar",
            "--promote-if-better=1",
            "--keep=1",
            "--labels-topic=labels",
            "--bootstrap-servers=broker:9092")) {
      CapturedRun run =
          CapturedRun.of(
              "train", "--reproduce=m/1", "--repository=" + folder, "--json", "--data=x", option);
      assertThat(run.usageLine())
          .contains(
              "cannot be combined with --reproduce, because the version's manifest holds all"
                  + " options of its training; leave out --");
    }
  }

  @Test
  void fileOfWeightsThatHasChanged_isNamedBeforeTheTraining() {
    ModelVersion original = publish(startingFrom("w.npz with sha256 1"));
    Reproduction reproduction = new Reproduction(original, null, null);

    assertThatThrownBy(() -> reproduction.prepared(startingFrom("w.npz with sha256 2")))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "m version 1 was trained from w.npz with sha256 1, and there is now w.npz with sha256"
                + " 2; restore the file that it started from");
  }

  private static Lineage startingFrom(String start) {
    return new Lineage(
        Map.of("start", start + " []"),
        Map.of("data", "images"),
        1,
        1,
        start,
        3,
        0,
        new Lineage.Data("x", List.of(20, 30)),
        Map.of());
  }

  @Test
  void options_areRecordedWithTheRecipesValues_butWithoutPlacesAndConnections() {
    Map<String, String> options =
        recorded("--data=x", "--recipe=small-data", "--no-flip", "--threads=1", "--bf16");

    assertThat(options)
        .containsEntry("data", "x")
        .containsEntry("seed", "1")
        .containsEntry("flip", "false")
        .containsEntry("bf16", "true")
        .containsKeys("arch", "epochs", "held-out", "learning-rate")
        .doesNotContainKeys(
            "model", "repository", "bootstrap-servers", "run", "recipe", "schema-registry");
    CommandLine again = new CommandLine(new TrainCommand());
    assertThat(
            recorded(
                RecordedOptions.arguments(options, again.getCommandSpec()).toArray(String[]::new)))
        .isEqualTo(options);
  }

  private Map<String, String> recorded(String... options) {
    TrainCommand train = new TrainCommand();
    CommandLine line = new CommandLine(train).setCaseInsensitiveEnumValuesAllowed(true);
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--model=m", "--repository=" + folder, "--run=" + folder));
    line.parseArgs(arguments.toArray(String[]::new));
    return train.config().options();
  }
}
