package dev.millrace.service.history;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlTopic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the control topic, which promotes a version or takes a promotion back.
 *
 * @param time the record's timestamp
 * @param model the model
 * @param champion the promoted version, or empty if the record takes the promotion back
 */
public record Naming(Instant time, String model, Optional<Champion> champion) {

  /**
   * {@return the promotion that a record holds; empty if the record holds classes, has no key or is
   * invalid} Instances of the service skip these records, too.
   *
   * @param record a record of the control topic
   */
  public static Optional<Naming> of(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null || ControlTopic.holdsClasses(record)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Naming(
              Instant.ofEpochMilli(record.timestamp()),
              new String(record.key(), StandardCharsets.UTF_8),
              ControlTopic.champion(record)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
