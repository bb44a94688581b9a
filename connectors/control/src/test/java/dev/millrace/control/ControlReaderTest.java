package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

class ControlReaderTest {

  private static final Map<String, String> ASKED =
      Map.of(
          "bootstrap.servers", "localhost:1",
          "group.id", "others",
          "group.instance.id", "one",
          "isolation.level", "read_uncommitted",
          "auto.offset.reset", "latest",
          "enable.auto.commit", "true",
          "allow.auto.create.topics", "true");

  private final FakeTopic topic = new FakeTopic();
  private long nanos;

  private ControlReader reader() {
    return new ControlReader(ASKED, "small", topic, () -> nanos);
  }

  private static String champion(int version) {
    return "{\"champion\":{\"version\":" + version + "}}";
  }

  private static Champion version(int version) {
    return new Champion(version, null, false);
  }

  @Test
  void configuration_ofTheCaller_doesNotChangeWhatIsRead() {
    try (ControlReader reader = reader()) {
      assertThat(topic.consumerConfigs)
          .containsExactly(
              Map.of(
                  "bootstrap.servers", "localhost:1",
                  "isolation.level", "read_committed",
                  "auto.offset.reset", "earliest",
                  "enable.auto.commit", "false",
                  "allow.auto.create.topics", "false"));
    }
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void readToEnd_isTheNewestChampionOfTheModel() {
    topic.committed("small", champion(1));
    topic.committed("large", champion(7));
    topic.committed("small", champion(2));
    topic.committed("large", champion(8));

    assertThat(reader().readToEnd()).contains(version(2));
  }

  @Test
  void readToEnd_withoutAChampion_isEmpty() {
    assertThat(reader().readToEnd()).isEmpty();
    topic.committed("large", champion(7));
    assertThat(reader().readToEnd()).isEmpty();
    topic.committed("small", champion(1));
    topic.committed("small", null);
    assertThat(reader().readToEnd()).isEmpty();
  }

  @Test
  void readToEnd_withoutTheTopic_isEmptyAndAsksNothing() {
    topic.remove();

    try (ControlReader reader = reader()) {
      assertThat(reader.isThere()).isFalse();
      assertThat(reader.readToEnd()).isEmpty();
    }
    assertThat(topic.calls).isEmpty();
  }

  @Test
  void readToEnd_withoutTheRightToSeeTheTopic_doesNotTakeItForMissing() {
    topic.committed("small", champion(1));
    topic.forbid();

    try (ControlReader reader = reader()) {
      assertThatThrownBy(reader::readToEnd).isInstanceOf(TopicAuthorizationException.class);
    }
  }

  @Test
  void championOfAnAbortedTransaction_isNotRead() {
    topic.committed("small", champion(1));
    topic.aborted("small", champion(2));

    assertThat(reader().readToEnd()).contains(version(1));
  }

  @Test
  void championOfAnOpenTransaction_isWaitedFor() {
    topic.committed("small", champion(1));
    topic.open("small", champion(2));
    try (ControlReader reader = reader()) {
      topic.consumers.get(0).schedulePollTask(() -> {});
      topic.consumers.get(0).schedulePollTask(topic::commitOpen);

      assertThat(reader.readToEnd()).contains(version(2));
    }
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void championOfATransactionThatIsAborted_isNotRead() {
    topic.committed("small", champion(1));
    topic.open("small", champion(2));
    try (ControlReader reader = reader()) {
      topic.consumers.get(0).schedulePollTask(() -> {});
      topic.consumers.get(0).schedulePollTask(topic::abortOpen);

      assertThat(reader.readToEnd()).contains(version(1));
    }
  }

  @Test
  void transactionOfADeadWriter_endsTheWaitAfterAMinute() {
    topic.committed("small", champion(1));
    topic.open("large", champion(2));
    topic.committed("small", champion(3));
    try (ControlReader reader = reader()) {
      FakeTopic.FakeConsumer consumer = topic.consumers.get(0);
      consumer.schedulePollTask(() -> {});
      consumer.schedulePollTask(() -> nanos += Duration.ofMinutes(1).toNanos());
      consumer.schedulePollTask(() -> nanos += 1);
      consumer.schedulePollTask(() -> nanos += 1_000_000_000_000L);

      assertThatThrownBy(reader::readToEnd)
          .isInstanceOf(OpenTransactionException.class)
          .hasMessageContaining("beyond offset 1")
          .hasMessageContaining("--start-offset 1");
    }
    assertThat(nanos).isEqualTo(Duration.ofMinutes(1).toNanos() + 1);
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void valuesOfAnotherForm_arePassedOver() {
    topic.committed("small", champion(1));
    topic.committed("small", "no JSON");
    topic.committed("small", champion(0));
    topic.committed("small", "");

    assertThat(reader().readToEnd()).contains(version(1));
  }

  @Test
  void readToEnd_givesUpAMinuteAfterTheLastRecord() {
    topic.committed("small", champion(1));
    topic.committed("small", champion(2));
    try (ControlReader reader = reader()) {
      FakeTopic.FakeConsumer consumer = topic.consumers.get(0);
      consumer.setMaxPollRecords(1);
      topic.endsBeyond(1);
      // The first record arrives after a minute, and the second record arrives a minute later.
      // After that, no record arrives for more than a minute.
      consumer.schedulePollTask(() -> pause(consumer, Duration.ofMinutes(1)));
      consumer.schedulePollTask(() -> resume(consumer));
      consumer.schedulePollTask(() -> nanos += Duration.ofMinutes(1).toNanos());
      consumer.schedulePollTask(() -> nanos += Duration.ofMinutes(1).toNanos());
      consumer.schedulePollTask(() -> nanos += 1);
      consumer.schedulePollTask(() -> nanos += 1_000_000_000_000L);

      assertThatThrownBy(reader::readToEnd)
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("millrace.models could not be read to its end");
    }
    assertThat(nanos).isEqualTo(Duration.ofMinutes(3).toNanos() + 1);
  }

  private void pause(FakeTopic.FakeConsumer consumer, Duration time) {
    consumer.pause(consumer.assignment());
    nanos += time.toNanos();
  }

  private static void resume(FakeTopic.FakeConsumer consumer) {
    consumer.resume(consumer.assignment());
  }

  @Test
  void poll_handsOnWhatIsNewOldestFirst() {
    topic.committed("small", champion(1));
    try (ControlReader reader = reader()) {
      assertThat(reader.isThere()).isTrue();
      assertThat(reader.readToEnd()).contains(version(1));
      assertThat(reader.poll(Duration.ofSeconds(1))).isEmpty();

      topic
          .consumers
          .get(0)
          .schedulePollTask(
              () -> {
                topic.committed("small", champion(2));
                topic.committed("large", champion(9));
                topic.committed("small", "no JSON");
                topic.committed("small", null);
                topic.committed("small", champion(3));
                topic.consumers.get(0).deliver();
              });

      assertThat(reader.poll(Duration.ofSeconds(1))).containsExactly(version(2), version(3));
    }
  }

  @Test
  void wakeup_endsAPoll() {
    try (ControlReader reader = reader()) {
      assertThat(reader.isThere()).isTrue();
      reader.wakeup();

      assertThatThrownBy(() -> reader.poll(Duration.ofSeconds(1)))
          .isInstanceOf(WakeupException.class);
    }
  }
}
