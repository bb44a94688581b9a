package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import java.util.Optional;
import java.util.function.Function;

/** The alias {@code champion} of one model, which names the version that serves. */
interface ChampionAlias {

  /**
   * {@return the current champion, or empty if no version was ever promoted}
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  Optional<Champion> read();

  /**
   * Replaces the champion.
   *
   * @param change computes the next champion from the current champion. If the function throws,
   *     nothing is written and this method throws the same exception
   * @throws dev.millrace.control.ConcurrentChangeException if another writer changes the champion
   *     in the meantime
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be written
   */
  void change(Function<Optional<Champion>, Champion> change);
}
