package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.StatusTopic;
import dev.millrace.control.TrainingProgress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgressSenderTest {

  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final AtomicLong clock = new AtomicLong(-5);

  /**
   * Loads the classes that write a report. This takes long on a busy machine, and a sender that is
   * closed waits only 2 s for its reports.
   */
  @BeforeAll
  static void loadClasses() {
    try (StatusTopic topic =
        new StatusTopic(
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()))) {
      topic.publish(epoch(1), failure -> {});
    }
  }

  private static TrainingProgress epoch(int number) {
    return new TrainingProgress("m", "run", null, number, 1_000, 0.5, null, 9);
  }

  private List<Integer> sent() {
    return producer.history().stream()
        .map(
            record -> {
              try {
                return TrainingProgress.fromJson(record.value()).epoch();
              } catch (java.io.IOException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  @Test
  void reports_areSentInOrder_andBeforeTheEnd() {
    try (ProgressSender sender =
        new ProgressSender(() -> new StatusTopic(producer), warnings::add, clock::get)) {
      sender.accept(epoch(1));
      sender.accept(epoch(2));
    }

    assertThat(sent()).containsExactly(1, 2);
    assertThat(producer.closed()).isTrue();
    assertThat(warnings).isEmpty();
  }

  @Test
  void brokerThatIsAway_neverBlocksTheTraining() throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (ProgressSender sender =
        new ProgressSender(
            () -> {
              asked.countDown();
              awaitUninterrupted(back);
              return new StatusTopic(producer);
            },
            warnings::add,
            clock::get)) {
      sender.accept(epoch(1));
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
      for (int i = 2; i <= 1_000; i++) {
        sender.accept(epoch(i)); // would hang here
      }
      back.countDown();
      await().atMost(Duration.ofMinutes(1)).until(() -> sent().size() == 101);
    }

    assertThat(sent()).startsWith(1, 901).endsWith(1_000);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new KafkaException(e);
    }
  }

  @Test
  void failures_areToldOnce() {
    producer.sendException = new TimeoutException("no broker");
    try (ProgressSender sender =
        new ProgressSender(() -> new StatusTopic(producer), warnings::add, clock::get)) {
      sender.accept(epoch(1));
      await().until(() -> warnings.size() == 1);
      clock.addAndGet(TimeUnit.MINUTES.toNanos(9));
      sender.accept(epoch(2));
    }
    assertThat(warnings)
        .containsExactly(
            "The progress cannot be reported to millrace.models.status, and the training continues: no broker");
  }

  @Test
  void topicThatCannotBeOpened_isTriedAgain() {
    CountDownLatch failed = new CountDownLatch(1);
    try (ProgressSender sender =
        new ProgressSender(
            () -> {
              if (failed.getCount() > 0) {
                failed.countDown();
                throw new KafkaException("no such host");
              }
              return new StatusTopic(producer);
            },
            warnings::add,
            clock::get)) {
      sender.accept(epoch(1));
      sender.accept(epoch(2));
      await().until(() -> sent().size() == 1);
    }

    assertThat(sent()).containsExactly(2);
    assertThat(warnings).singleElement().asString().endsWith("no such host");
  }

  @Test
  void failureTenMinutesLater_isToldAgain() {
    producer.sendException = new TimeoutException("no broker");
    try (ProgressSender sender =
        new ProgressSender(() -> new StatusTopic(producer), warnings::add, clock::get)) {
      sender.accept(epoch(1));
      await().until(() -> warnings.size() == 1);
      clock.addAndGet(TimeUnit.MINUTES.toNanos(10));
      sender.accept(epoch(2));
    }
    assertThat(warnings).hasSize(2);
  }
}
