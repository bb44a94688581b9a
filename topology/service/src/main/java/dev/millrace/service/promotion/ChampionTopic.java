package dev.millrace.service.promotion;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlWriter;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.TopicCreation;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and changes the promoted version of a model, which is called the champion, in the control
 * topic. Thread-safe.
 */
public final class ChampionTopic {

  private static final Logger log = LoggerFactory.getLogger(ChampionTopic.class);

  private final KafkaConfigs kafka;

  /**
   * Creates the object. Opens no client yet.
   *
   * @param kafka the configurations of the clients that each call opens and closes
   */
  public ChampionTopic(KafkaConfigs kafka) {
    this.kafka = kafka;
  }

  /**
   * {@return the promoted version of a model, or empty if none was ever promoted}
   *
   * @param model the model's name
   */
  public Optional<Champion> find(String model) {
    try (ControlReader reader = new ControlReader(kafka.consumer(), model)) {
      return reader.readToEnd();
    }
  }

  /**
   * Changes the champion. Creates the control topic if it does not exist.
   *
   * @param model the model's name
   * @param change returns the new champion; its argument is the current champion, or empty if none
   *     was ever promoted. If {@code change} throws an exception, this method throws the same
   *     exception and changes nothing
   * @return the new champion
   * @throws InterruptedException if the thread is interrupted
   */
  public Champion change(String model, Function<Optional<Champion>, Champion> change)
      throws InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      TopicCreation.createControl(admin);
      new ControlTopicCheck(admin, kafka.bootstrapServers(), log::warn).repair();
    }
    return new ControlWriter(kafka.producer(), kafka.consumer()).change(model, change);
  }
}
