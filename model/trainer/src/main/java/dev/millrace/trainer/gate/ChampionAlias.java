package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import java.util.Optional;
import java.util.function.Function;

/** The alias of the version of one model that serves. */
interface ChampionAlias {

  /**
   * {@return the current champion, or empty if none was ever named}
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  Optional<Champion> read();

  /**
   * Replaces the champion.
   *
   * @param change computes the next champion from the current one. If it throws, its exception is
   *     passed on and nothing is written
   * @throws dev.millrace.control.ConcurrentChangeException if another writer changes it meanwhile
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be written
   */
  void change(Function<Optional<Champion>, Champion> change);
}
