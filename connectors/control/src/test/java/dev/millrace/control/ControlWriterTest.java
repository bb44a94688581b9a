package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class ControlWriterTest {

  private static final String FIRST = "{\"champion\":{\"version\":1}}";
  private static final String SECOND = "{\"champion\":{\"version\":2,\"previous\":1}}";
  private static final Champion NEXT = new Champion(2, 1, false);

  private final FakeTopic topic = new FakeTopic();
  private final ControlWriter writer =
      new ControlWriter(
          Map.of("bootstrap.servers", "localhost:1", "acks", "1", "transactional.id", "mine"),
          Map.of("bootstrap.servers", "localhost:2"),
          topic);

  @Test
  void change_writesTheNextChampion() {
    topic.committed("small", FIRST);
    List<Optional<Champion>> before = new ArrayList<>();

    Champion written =
        writer.change(
            "small",
            champion -> {
              before.add(champion);
              return NEXT;
            });

    assertThat(written).isEqualTo(NEXT);
    assertThat(before).containsExactly(Optional.of(new Champion(1, null, false)));
    assertThat(topic.values()).containsExactly(FIRST, SECOND);
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void configuration_ofTheCaller_doesNotWeakenTheTransaction() {
    writer.change("small", before -> NEXT);

    assertThat(topic.producerConfigs)
        .containsExactly(
            Map.of(
                "bootstrap.servers", "localhost:1",
                "transactional.id", "millrace.models-small",
                "enable.idempotence", true,
                "acks", "all",
                "transaction.timeout.ms", 30_000));
    assertThat(topic.consumerConfigs)
        .isNotEmpty()
        .allSatisfy(config -> assertThat(config).containsEntry("bootstrap.servers", "localhost:2"));
  }

  @Test
  void champion_isReadAfterEarlierWritersAreFenced() {
    topic.beforeFencing = () -> topic.committed("small", FIRST); // an earlier writer writes here

    writer.change(
        "small",
        before -> {
          assertThat(before).contains(new Champion(1, null, false));
          return NEXT;
        });

    assertThat(topic.calls).containsExactly("fence", "read", "commit");
  }

  @Test
  void twoWritersAtOnce_theLaterOneWins_andTheEarlierOneWritesNothing() {
    topic.committed("small", FIRST);

    assertThatThrownBy(
            () ->
                writer.change(
                    "small",
                    before -> {
                      writer.change("small", between -> NEXT);
                      return new Champion(3, 1, false);
                    }))
        .isInstanceOf(ConcurrentChangeException.class)
        .hasMessageContaining("small")
        .hasMessageContaining("nothing was written")
        .hasMessageContaining("try again");

    assertThat(topic.values()).containsExactly(FIRST, SECOND);
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void writersOfTwoModels_doNotFenceEachOther() {
    writer.change(
        "small",
        before -> {
          writer.change("large", between -> new Champion(1, null, false));
          return NEXT;
        });

    assertThat(topic.values()).containsExactly(FIRST, SECOND);
  }

  @Test
  void commitOfAnOlderEpoch_isAConcurrentChange() {
    topic.commitFailure = new InvalidProducerEpochException("older");

    assertThatThrownBy(() -> writer.change("small", before -> NEXT))
        .isInstanceOf(ConcurrentChangeException.class)
        .hasCause(topic.commitFailure);
    assertThat(topic.values()).isEmpty();
  }

  @Test
  void changeThatThrows_isPassedOn_andNothingIsWritten() {
    IllegalStateException refused = new IllegalStateException("no");

    assertThatThrownBy(
            () ->
                writer.change(
                    "small",
                    before -> {
                      throw refused;
                    }))
        .isSameAs(refused);
    assertThat(topic.values()).isEmpty();
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void brokerThatRefusesTheRecord_isPassedOn() {
    AuthorizationException refused = new TopicAuthorizationException("not for you");
    topic.sendFailure = refused;

    assertThatThrownBy(() -> writer.change("small", before -> NEXT)).isSameAs(refused);

    topic.sendFailure = new IllegalStateException("broken");
    assertThatThrownBy(() -> writer.change("small", before -> NEXT))
        .isInstanceOf(KafkaException.class)
        .hasCause(topic.sendFailure);
  }

  @Test
  void interruptedWriter_staysInterrupted() {
    topic.neverCompletes = true;
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> writer.change("small", before -> NEXT))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(topic.allClosed()).isTrue();
  }
}
