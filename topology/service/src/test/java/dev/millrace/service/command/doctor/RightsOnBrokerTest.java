package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.serve.Topics;
import dev.millrace.service.topics.TopicTail;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests commands with exactly the rights that {@code doctor --acls} lists, and without any rights.
 */
@Tag("broker")
@Timeout(180)
class RightsOnBrokerTest {

  @TempDir static Path folder;

  private static GuardedBroker broker;

  private final Map<String, List<Right>> rights =
      new RequiredRights(GuardedBroker.TOPICS, null, GuardedBroker.MODEL).byCommand();

  @BeforeAll
  static void start() throws Exception {
    broker = GuardedBroker.start(folder);
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private void allow(String... commands) throws Exception {
    List<Right> all = new ArrayList<>();
    for (String command : commands) {
      all.addAll(rights.get(command));
    }
    broker.allow(all);
  }

  @Test
  void userWithoutRights_isRefused_inOneLineThatNamesRightAndTopic() throws Exception {
    broker.allow(List.of());

    assertThat(broker.run("tail").failureLine()).contains("Describe", "on topic predictions");
    assertThat(broker.run("send", broker.images()).failureLine())
        .contains("Describe", "on topic images");
    assertThat(broker.run("dead-letters show").failureLine())
        .contains("Describe", "on topic images.dead-letters");
    assertThat(broker.run("models promote --version 1", broker.ofModel()).failureLine())
        .contains("Create on topic millrace.models");
    assertThat(broker.run("models prune", broker.ofModel()).failureLine())
        .contains("on topic millrace.models");
    assertThat(broker.run("models status").failureLine())
        .contains("Describe", "on topic millrace.models.status");
    assertThat(broker.run("models history", "--model", GuardedBroker.MODEL).failureLine())
        .contains("Describe", "on topic millrace.models");
    assertThat(broker.run("models list", broker.ofAllModels()).failureLine())
        .contains("Describe", "on topic millrace.models");
    assertThat(broker.run("models quantize --calibrate images", broker.ofModel()).failureLine())
        .contains("Describe", "on topic images");
    assertThat(broker.serve("").failure()).contains("Describe", "on topic images");
    assertThat(broker.run("doctor", broker.ofModel()).outLines())
        .anyMatch(line -> line.matches("missing +topic predictions +not allowed: .*Describe.*"));
  }

  @Test
  void commandsThatEnd_needWhatIsListed() throws Exception {
    allow("models promote, models rollback, train --promote-if-better");
    broker.run("models promote --version 1", broker.ofModel()).succeeded();
    allow("models prune");
    broker.run("models prune", broker.ofModel()).succeeded();
    allow("models status");
    broker.run("models status").succeeded();
    allow("models history, models list if a broker is named");
    assertThat(broker.run("models history", "--model", GuardedBroker.MODEL).succeeded().outLines())
        .isNotEmpty();
    broker.run("models list", broker.ofAllModels()).succeeded();
    allow("models quantize --calibrate TOPIC, pretrain --images-topic");
    assertThat(broker.run("models quantize --calibrate images", broker.ofModel()).failureLine())
        .contains("images has 0 different images");
    allow("send", "send --labels-topic labels, in addition");
    broker.run("send --labels-topic labels", broker.images()).succeeded();
    allow("tail");
    broker.run("tail --json --from-beginning --count 1 --idle 30").succeeded();
    allow("dead-letters show");
    broker.run("dead-letters show").succeeded();
    allow("dead-letters replay");
    assertThat(broker.run("dead-letters replay --json").succeeded().out())
        .contains("\"replayed\":1");
    allow("doctor");
    broker.run("doctor", broker.ofModel()).succeeded();
  }

  /** The page and {@code serve --labels-topic} say which topics the user may not read. */
  @Test
  void topicThatMayNotBeDescribed_countsAsDenied_untilTheRightIsGranted() throws Exception {
    broker.allow(List.of());
    try (TopicTail tail =
        new TopicTail(
            broker.alice(), "tail", Map.of("labels", new TopicTail.Wanted(1, label -> {})))) {
      tail.look();
      assertThat(tail.isDenied("labels")).isTrue();

      allow("serve --labels-topic labels, in addition");
      tail.look();
      assertThat(tail.isDenied("labels")).isFalse();
    }
  }

  /**
   * The streams protocol is tested in {@link RightsSuite} instead, because the consumer of this
   * protocol takes 30 s to close.
   */
  @ParameterizedTest
  @ValueSource(strings = {"--guarantee at_least_once", "--guarantee exactly_once_v2"})
  void serve_needsWhatIsListed_andEndsWhenItIsTakenAway(String options) throws Exception {
    String group = "rights-" + options.replaceAll("\\W+", "-");
    Map<String, List<Right>> listed =
        new RequiredRights(GuardedBroker.TOPICS, group, GuardedBroker.MODEL).byCommand();
    List<Right> all = new ArrayList<>(listed.get("serve"));
    all.addAll(listed.getOrDefault("serve " + options + ", in addition", List.of()));
    broker.allow(all);
    GuardedBroker.Serving serving = broker.serve(options + " --application-id " + group);

    assertThat(serving.isReady()).as(serving.err().toString()).isTrue();
    all.removeIf(right -> right.resource().name().equals(group));
    broker.allow(all);

    assertThat(serving.failure()).contains("the right Read on group " + group);
  }

  @Test
  void missingTopics_areMade_withTheRightsListed() throws Exception {
    Topics fresh = Topics.of("fresh", "fresh-predictions");
    String options = "--input fresh --output fresh-predictions --application-id fresh";
    Map<String, List<Right>> listed =
        new RequiredRights(fresh, "fresh", GuardedBroker.MODEL).byCommand();
    broker.allow(listed.get("serve"));
    assertThat(broker.serve(options + " --create-topics 1").failure())
        .contains("the right Create on topic fresh");

    List<Right> all = new ArrayList<>(listed.get("serve"));
    all.addAll(listed.get("serve --create-topics, in addition, where topics are missing"));
    broker.allow(all);
    GuardedBroker.Serving serving = broker.serve(options + " --create-topics 1");

    assertThat(serving.isReady()).as(serving.err().toString()).isTrue();
    broker.allow(List.of());
    serving.failure();
  }

  @Test
  void principal_hasItSaidAsCommandsOfKafkas() {
    assertThat(
            broker
                .run("doctor --acls --principal User:alice", "--model", "random")
                .succeeded()
                .out())
        .contains("# tail")
        .contains(" --add --allow-principal 'User:alice' --operation Read --topic 'predictions'\n")
        .contains(
            " --operation Write --transactional-id 'millrace-random-' --resource-pattern-type"
                + " prefixed\n");
  }

  @Test
  void withoutAModel_theRightsAreOfEachOne() {
    assertThat(broker.run("doctor --acls").succeeded().outLines())
        .anyMatch(line -> line.matches(" +group +Read +millrace-\\*"))
        .anyMatch(line -> line.matches(" +transactional id +Write +millrace\\.models-\\*"));
    assertThat(broker.run("doctor --acls --application-id mine").succeeded().outLines())
        .anyMatch(line -> line.matches(" +group +Read +mine"));
    assertThat(rights.get("serve")).contains(Right.onTopic("predictions", AclOperation.WRITE));
  }
}
