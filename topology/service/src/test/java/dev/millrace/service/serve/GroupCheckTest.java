package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.RunningBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsResult;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that members and committed offsets decide which service a group belongs to. */
@Tag("broker")
@Timeout(120)
class GroupCheckTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private static final AtomicInteger COUNT = new AtomicInteger();

  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();
  private String group;
  private String mine;
  private String other;
  private Topics topics;

  @BeforeEach
  void createTopics() throws Exception {
    group = "group-" + COUNT.incrementAndGet();
    mine = group + "-mine";
    other = group + "-other";
    topics = Topics.of(mine, group + "-out");
    BROKER.createTopic(mine, Map.of());
    BROKER.createTopic(other, Map.of());
  }

  private void check() {
    new GroupCheck(BROKER.admin(), warnings::add).requireOwn(group, topics);
  }

  private void commit(String... committed) throws Exception {
    for (String topic : committed) {
      BROKER
          .admin()
          .alterConsumerGroupOffsets(
              group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)))
          .all()
          .get();
    }
  }

  private void requireRefused(String why) {
    assertThatThrownBy(this::check)
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("'" + group + "' belongs to another service: " + why)
        .hasMessageContaining("'" + other + "', and this service reads " + mine + ";")
        .hasMessageContaining("--application-id");
  }

  @Test
  void newGroup_isFine() {
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void offsetsOfTheInput_areFine_alsoBesideOthers() throws Exception {
    commit(mine);
    assertThatCode(this::check).doesNotThrowAnyException();
    commit(other);
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void offsetsOfOtherTopicsAlone_areRefused() throws Exception {
    commit(other);

    requireRefused("its committed offsets are of ");
  }

  @Test
  void pattern_isWhatItMatches() throws Exception {
    commit(other);
    topics = new Topics(List.of(), group + "-(mine|other)", "out", "dead");
    assertThatCode(this::check).doesNotThrowAnyException();

    topics = new Topics(List.of(), group + "-m.*", "out", "dead");
    assertThatThrownBy(this::check).hasMessageContaining("reads /" + group + "-m.*/;");
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void membersOfAnotherTopic_areRefused_whateverTheOffsets(String protocol) throws Exception {
    commit(mine);
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            BROKER.bootstrapServers(),
            "group.id",
            group,
            "group.protocol",
            protocol,
            "enable.auto.commit",
            "false");
    try (Consumer<byte[], byte[]> member =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      member.subscribe(List.of(other));
      await()
          .until(
              () -> {
                member.poll(Duration.ofMillis(50));
                return !member.assignment().isEmpty();
              });
      requireRefused("it has members that read ");

      topics = Topics.of(List.of(mine, other), "out");
      assertThatCode(this::check).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void streamsOfAnotherTopic_areRefused(String protocol) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(other, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .foreach((key, value) -> {});
    Properties config = new Properties();
    config.put("bootstrap.servers", BROKER.bootstrapServers());
    config.put("application.id", group);
    config.put("group.protocol", protocol);
    config.put("state.dir", folder.toString());
    try (KafkaStreams member = new KafkaStreams(builder.build(), config)) {
      member.start();
      await().until(() -> member.state() == KafkaStreams.State.RUNNING);

      await().untilAsserted(() -> requireRefused("it has members that read "));
    }
  }

  @Test
  void groupThatWeMayNotDescribe_isWarnedOf() {
    AnsweringAdmin admin =
        new AnsweringAdmin()
            .answer(
                "describeConsumerGroups",
                new DescribeConsumerGroupsResult(
                    Map.of(
                        group,
                        AnsweringAdmin.refused(GroupAuthorizationException.forGroupId(group)))) {});

    new GroupCheck(admin.client(), warnings::add).requireOwn(group, topics);

    assertThat(warnings).singleElement().asString().contains(group, "allow DESCRIBE of the group");
  }
}
