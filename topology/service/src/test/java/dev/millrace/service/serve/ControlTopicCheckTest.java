package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.RunningBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the check repairs or refuses a control topic that would delete promotions. */
@Tag("broker")
@ResourceLock("millrace.models") // the control topic of the shared broker
class ControlTopicCheckTest {

  private static final String NAME = "millrace.models";
  private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, NAME);
  private static final ConfigResource STATUS =
      new ConfigResource(ConfigResource.Type.TOPIC, NAME + ".status");

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private final List<String> warnings = new ArrayList<>();

  private ControlTopicCheck check(Admin admin) {
    return new ControlTopicCheck(admin, "here:9092", warnings::add);
  }

  /** Returns a client that reports a control topic with these settings. */
  private static AnsweringAdmin topic(int partitions, String policy) {
    Node node = new Node(1, "here", 9092);
    List<TopicPartitionInfo> infos =
        IntStream.range(0, partitions)
            .mapToObj(i -> new TopicPartitionInfo(i, node, List.of(node), List.of(node)))
            .toList();
    return new AnsweringAdmin()
        .answer(
            "describeTopics",
            described(KafkaFuture.completedFuture(new TopicDescription(NAME, false, infos))))
        .answer("describeConfigs", configs(TOPIC, policy));
  }

  private static DescribeTopicsResult described(KafkaFuture<TopicDescription> topic) {
    return new DescribeTopicsResult(null, Map.of(NAME, topic)) {};
  }

  private static DescribeConfigsResult configs(ConfigResource topic, String policy) {
    Config config = new Config(List.of(new ConfigEntry("cleanup.policy", policy)));
    return new DescribeConfigsResult(Map.of(topic, KafkaFuture.completedFuture(config))) {};
  }

  @Test
  void compactedTopicOfOnePartition_isFine() {
    AnsweringAdmin admin = topic(1, "compact");

    check(admin.client()).repair();

    assertThat(check(admin.client()).problem()).isEmpty();
    assertThat(warnings).isEmpty();
    assertThat(admin.calls).doesNotContain("incrementalAlterConfigs");
  }

  @Test
  void missingTopic_isFine() {
    AnsweringAdmin admin = topic(1, "compact");
    UnknownTopicOrPartitionException missing = new UnknownTopicOrPartitionException("none");
    admin.answer("describeTopics", described(AnsweringAdmin.refused(missing)));
    admin.answer(
        "describeConfigs",
        new DescribeConfigsResult(Map.of(TOPIC, AnsweringAdmin.<Config>refused(missing))) {});

    check(admin.client()).repair();

    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "compact,delete"})
  void topicThatDeletes_isSetToCompactAlone_andSaid(String policy) throws Exception {
    TopicCreation.createControl(BROKER.admin());
    BROKER.configure(NAME, "cleanup.policy", policy);
    assertThat(check(BROKER.admin()).problem())
        .hasValueSatisfying(
            problem ->
                assertThat(problem)
                    .contains("cleanup.policy=")
                    .contains(
                        "kafka-configs.sh --bootstrap-server here:9092 --alter --entity-type topics"
                            + " --entity-name millrace.models --add-config cleanup.policy=compact"));

    check(BROKER.admin()).repair();

    await().until(() -> BROKER.configuration(NAME, "cleanup.policy"), "compact"::equals);
    assertThat(warnings).singleElement().asString().contains(NAME, "has compact now");
  }

  @Test
  void topicThatWeMayNotChange_isRefusedWithTheCommand() {
    AnsweringAdmin admin = topic(1, "delete");
    admin.answer("incrementalAlterConfigs", new TopicAuthorizationException("not you"));

    assertThatThrownBy(check(admin.client())::repair)
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("'millrace.models': cleanup.policy=delete deletes old promotions")
        .hasMessageContaining("--add-config cleanup.policy=compact");
  }

  @Test
  void topicOfSeveralPartitions_isRefused() {
    Admin admin = topic(3, "compact").client();

    assertThatThrownBy(check(admin)::repair)
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("it has 3 partitions instead of one")
        .hasMessageContaining("--delete --topic millrace.models")
        .hasMessageContaining("promote each model again");
    assertThat(check(admin).problem()).isPresent();
  }

  @Test
  void topicThatWeMayNotDescribe_isWarnedOf() {
    AnsweringAdmin admin = topic(1, "compact");
    admin.answer(
        "describeTopics",
        described(AnsweringAdmin.refused(new TopicAuthorizationException("not yours"))));

    check(admin.client()).repair();

    assertThat(warnings).singleElement().asString().contains(NAME, "allow DESCRIBE");
  }

  @Test
  void reports_areNotToBeCompacted() {
    AnsweringAdmin admin =
        topic(1, "compact").answer("describeConfigs", configs(STATUS, "compact"));
    assertThat(check(admin.client()).statusProblem()).isPresent();

    admin.answer("describeConfigs", configs(STATUS, "delete"));
    assertThat(check(admin.client()).statusProblem()).isEmpty();
  }
}
