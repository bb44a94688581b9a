package dev.millrace.service.command.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ParsedOptions;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the checks of the cluster before a command starts its work. */
@Tag("broker")
class ClusterTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @Test
  void topicsThatTakeRecords_areEnough() throws Exception {
    BROKER.createTopic("cluster-one", Map.of());
    BROKER.createTopic("cluster-two", Map.of());

    try (Cluster cluster = running()) {
      assertThatCode(cluster::requireBroker).doesNotThrowAnyException();
      assertThatCode(() -> cluster.requireTopics(Set.of("cluster-one", "cluster-two")))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void missingTopic_isNamedWithWhatMakesIt() throws Exception {
    BROKER.createTopic("cluster-there", Map.of());

    try (Cluster cluster = running()) {
      assertThatThrownBy(() -> cluster.requireTopics(Set.of("cluster-there", "cluster-not")))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("there is no topic 'cluster-not' at " + BROKER.bootstrapServers())
          .hasMessageContaining("'millrace serve --create-topics PARTITIONS'");
    }
  }

  @Test
  void impossibleTopicName_isToldFromAMissingTopic() {
    try (Cluster cluster = running()) {
      assertThatThrownBy(() -> cluster.requireTopics(Set.of("a b")))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("'a b' cannot be the name of a topic");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void partitionWithoutLeader_isNamed(boolean noNode) {
    Node here = new Node(1, "here", 1);
    TopicDescription topic =
        new TopicDescription(
            "images",
            false,
            List.of(
                new TopicPartitionInfo(0, here, List.of(here), List.of(here)),
                new TopicPartitionInfo(
                    1, noNode ? Node.noNode() : null, List.of(here), List.of())));
    DescribeTopicsResult answer =
        new DescribeTopicsResult(null, Map.of("images", KafkaFuture.completedFuture(topic))) {};

    try (Cluster cluster = answering("describeTopics", answer)) {
      assertThatThrownBy(() -> cluster.requireTopics(Set.of("images")))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("partition 1 of topic 'images' has no leader");
    }
  }

  @Test
  void recordLimit_isTheTopics() throws Exception {
    BROKER.createTopic("cluster-small", Map.of("max.message.bytes", "2000"));

    try (Cluster cluster = running()) {
      assertThat(cluster.maxMessageBytes("cluster-small")).hasValue(2000);
    }
  }

  @Test
  void recordLimit_isUnknown_whereTheBrokerDoesNotLetUsAsk() {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "secret");
    KafkaFutureImpl<org.apache.kafka.clients.admin.Config> refused = new KafkaFutureImpl<>();
    refused.completeExceptionally(new TopicAuthorizationException("not yours"));

    try (Cluster cluster =
        answering("describeConfigs", new DescribeConfigsResult(Map.of(topic, refused)) {})) {
      assertThat(cluster.maxMessageBytes("secret")).isEmpty();
    }
  }

  @Test
  void brokerThatIsAway_isToldByItsAddress() {
    KafkaOptions away =
        ParsedOptions.kafka(
            Map.of("request.timeout.ms", "200", "default.api.timeout.ms", "300"),
            "--bootstrap-servers",
            "127.0.0.1:1");

    try (Cluster cluster = Cluster.of(away)) {
      assertThatThrownBy(cluster::requireBroker)
          .isInstanceOf(CommandException.class)
          .hasMessageStartingWith("no answer from a broker at 127.0.0.1:1 within ");
    }
  }

  @Test
  void nameWithoutAddress_isToldBeforeAnythingIsSent() {
    KafkaOptions unknown =
        ParsedOptions.kafka(Map.of(), "--bootstrap-servers", "no-such-host.invalid:9092");

    assertThatThrownBy(() -> Cluster.of(unknown))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("no broker can be found by the name no-such-host.invalid:9092");
  }

  private static Cluster running() {
    return Cluster.of(
        ParsedOptions.kafka(Map.of(), "--bootstrap-servers", BROKER.bootstrapServers()));
  }

  /**
   * {@return a cluster whose admin client implements only one method}
   *
   * @param method name of the method
   * @param answer value that the method returns
   */
  private static Cluster answering(String method, Object answer) {
    Admin admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, called, args) -> called.getName().equals(method) ? answer : null);
    return new Cluster(admin, "nowhere:1", System::nanoTime);
  }
}
