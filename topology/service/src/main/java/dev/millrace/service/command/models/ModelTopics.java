package dev.millrace.service.command.models;

import dev.millrace.control.ControlTopic;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.cluster.TopicReader;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.history.MeasuredChampion;
import dev.millrace.service.history.Naming;
import dev.millrace.service.history.Reported;
import dev.millrace.service.history.Trained;
import dev.millrace.service.history.Waiting;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads the control topic and the status topic. A topic that does not exist counts as empty.
 * Reading throws Kafka's {@code TopicAuthorizationException} if the user has no right to read a
 * topic.
 */
final class ModelTopics implements AutoCloseable {

  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer the consumer, which {@link #close} closes
   */
  ModelTopics(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * {@return a reader of a cluster's topics}
   *
   * @throws dev.millrace.service.command.lifecycle.CommandException if no broker answers in time
   */
  static ModelTopics of(KafkaOptions kafka) {
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
    }
    return new ModelTopics(TopicReader.consumer(kafka));
  }

  /** Passes all reports of instances and gates to a consumer, oldest first. */
  void reports(Consumer<Reported> reports) {
    reports(reports, trained -> {}, measured -> {}, waiting -> {});
  }

  /**
   * Passes all records of the status topic to the consumers, each record to the consumer for its
   * kind, oldest first.
   */
  void reports(
      Consumer<Reported> reports,
      Consumer<Trained> epochs,
      Consumer<MeasuredChampion> champions,
      Consumer<Waiting> waits) {
    read(ControlTopic.STATUS, record -> pass(record, reports, epochs, champions, waits));
  }

  private static void pass(
      ConsumerRecord<byte[], byte[]> record,
      Consumer<Reported> reports,
      Consumer<Trained> epochs,
      Consumer<MeasuredChampion> champions,
      Consumer<Waiting> waits) {
    Reported.of(record).ifPresent(reports);
    Trained.of(record).ifPresent(epochs);
    MeasuredChampion.of(record).ifPresent(champions);
    Waiting.of(record).ifPresent(waits);
  }

  /**
   * Passes all records of the control topic to a consumer, oldest first. Invalid records are
   * skipped.
   */
  void namings(Consumer<Naming> namings) {
    read(ControlTopic.NAME, record -> Naming.of(record).ifPresent(namings));
  }

  /**
   * Passes the records of the status topic that arrive after a call of {@code reports} to the
   * consumers. If the topic does not exist, this method waits until the topic is created. This
   * method never returns normally.
   *
   * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup}
   */
  void follow(
      Consumer<Reported> reports,
      Consumer<Trained> epochs,
      Consumer<MeasuredChampion> champions,
      Consumer<Waiting> waits)
      throws InterruptedException {
    while (consumer.assignment().isEmpty()) {
      TimeUnit.SECONDS.sleep(1);
      reports(reports, epochs, champions, waits);
    }
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
        pass(record, reports, epochs, champions, waits);
      }
    }
  }

  private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> records) {
    // Unlike listTopics, partitionsFor fails if the user has no right to describe the topic.
    if (consumer.partitionsFor(topic).isEmpty()) {
      return;
    }
    new TopicReader(consumer)
        .read(
            topic,
            record -> {
              if (record.key() != null) {
                records.accept(record);
              }
              return true;
            });
  }

  /**
   * Ends a read or {@link #follow} with a {@code WakeupException}. Any thread may call this method.
   */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
