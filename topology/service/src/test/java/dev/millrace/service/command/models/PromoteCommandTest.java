package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlWriter;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests promote and rollback, and that prune keeps the versions that they need. */
@Tag("broker")
@ResourceLock("millrace.models") // a topic of the shared broker
class PromoteCommandTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir Path folder;
  private String model;

  @BeforeEach
  void publishThree(TestInfo test) throws IOException {
    model = test.getTestMethod().orElseThrow().getName(); // because the tests share a control topic
    for (int version = 1; version <= 3; version++) {
      publish(10, version);
    }
  }

  private void publish(int classes, int seed) throws IOException {
    RandomModel.publish(folder.resolve("models"), model, classes, seed);
  }

  @Test
  void promotedVersion_isTheChampion_andRollbackGoesBackOnce() {
    assertThat(promote("1").succeeded().out())
        .isEqualToIgnoringNewLines(model + " version 1 is promoted");
    assertThat(promote("3").succeeded().out())
        .isEqualToIgnoringNewLines(model + " version 3 is promoted; before it was 1");
    assertThat(promote("3", "--json").succeeded().json().toString()).isEqualTo(json(3, "1"));

    assertThat(onBroker("rollback", "--json").succeeded().json().toString())
        .isEqualTo(json(1, "null"));

    assertThat(onBroker("rollback").failureLine())
        .contains("before version 1", "models promote --version N");
  }

  /**
   * Returns the expected output of a promotion, and asserts that the control topic has the
   * version's checksum.
   */
  private String json(int version, String previous) {
    String sha256 = new ModelRepository(folder.resolve("models")).version(model, version).sha256();
    Map<String, Object> kafka = Map.of("bootstrap.servers", BROKER.bootstrapServers());
    try (ControlReader reader = new ControlReader(kafka, model)) {
      assertThat(reader.readToEnd()).map(Champion::sha256).contains(sha256);
    }
    return String.format(
        "{\"model\":\"%s\",\"version\":%d,\"previous\":%s,\"sha256\":\"%s\"}",
        model, version, previous, sha256);
  }

  @Test
  void controlTopicThatForgets_isRepairedByAPromotion() throws Exception {
    promote("1").succeeded();
    BROKER.configure("millrace.models", "cleanup.policy", "delete");

    promote("2").succeeded();

    await()
        .until(() -> BROKER.configuration("millrace.models", "cleanup.policy"), "compact"::equals);
  }

  @Test
  void rollback_withoutAnyPromotion() {
    assertThat(onBroker("rollback").failureLine()).contains("was ever promoted");
  }

  @Test
  void versionThatCannotServe_isNotPromoted() throws IOException {
    assertThat(promote("7").failureLine()).contains("no version 7; name one of [1, 2, 3]");
    Files.write(folder.resolve("models").resolve(model).resolve("2/model.onnx"), new byte[9]);
    assertThat(promote("2").failureLine()).contains("is corrupt");
    assertThat(onBroker("rollback").failureLine()).contains("was ever promoted");
  }

  @Test
  void versionOfOtherClasses_isPromotedOnRequestAlone() throws IOException {
    publish(7, 4);
    promote("1").succeeded();

    assertThat(promote("4").failureLine()).contains("7 classes", "--allow-signature-change");
    promote("4", "--allow-signature-change").succeeded();
    onBroker("rollback").succeeded();
  }

  @Test
  void versionWithNewClasses_isPromotedLikeAnyOther_andRolledBackWithAWarning() throws IOException {
    publish(12, 4);
    promote("1").succeeded();

    promote("4").succeeded();
    assertThat(onBroker("rollback").succeeded().err())
        .contains("predictions no longer have these classes of version 4: ");
    assertThat(promote("2").succeeded().err()).isEmpty();
  }

  @Test
  void oldVersions_arePruned_butNotWhatServesOrMayServeAgain() {
    promote("1").succeeded();

    assertThat(onBroker("prune", "--keep", "1", "--dry-run").succeeded().out())
        .contains("would remove versions [2]");
    assertThat(onBroker("prune", "--keep", "1", "--json").succeeded().json().get("removed"))
        .singleElement()
        .satisfies(version -> assertThat(version.asInt()).isEqualTo(2));

    assertThat(models("list", "--json").succeeded().json().get(model).findValuesAsText("version"))
        .containsExactly("1", "3");
    assertThat(folder.resolve("models").resolve(model)).isDirectoryNotContaining("glob:**/.*");
    assertThat(onBroker("prune", "--keep", "0").usageLine()).contains("keep: 0 is not above 0");
  }

  @Test
  void twoPromotesAtOnce_areOneAfterTheOtherOrRefused() {
    promote("1").succeeded();
    Map<String, Object> kafka = Map.of("bootstrap.servers", BROKER.bootstrapServers());

    assertThatThrownBy(
            () ->
                new ControlWriter(kafka, kafka)
                    .change(
                        model,
                        before -> {
                          promote("2").succeeded(); // before the first change is committed
                          return new Champion(3, null, false);
                        }))
        .isInstanceOf(ConcurrentChangeException.class)
        .hasMessageContaining("try again");

    assertThat(promote("3", "--json").succeeded().json().get("previous").asInt()).isEqualTo(2);
  }

  @Test
  void brokerThatIsAway_isSaidSo() {
    String[] away = {
      "--bootstrap-servers",
      "localhost:1",
      "-X",
      "request.timeout.ms=200",
      "-X",
      "default.api.timeout.ms=300"
    };

    assertThat(models("rollback", away).failureLine())
        .contains("no answer from a broker at localhost:1");
  }

  private CapturedRun promote(String version, String... options) {
    List<String> all = new ArrayList<>(List.of("--version", version));
    all.addAll(List.of(options));
    return onBroker("promote", all.toArray(String[]::new));
  }

  private CapturedRun onBroker(String command, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--bootstrap-servers", BROKER.bootstrapServers()));
    return models(command, all.toArray(String[]::new));
  }

  private CapturedRun models(String command, String... options) {
    List<String> all = new ArrayList<>(List.of("models", command));
    all.addAll(List.of(options));
    all.addAll(List.of("--repository", folder.resolve("models").toString()));
    if (!command.equals("list")) {
      all.addAll(List.of("--model", model));
    }
    return CapturedRun.of(all.toArray(String[]::new));
  }
}
