package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import java.util.Optional;
import java.util.function.Function;

/** The alias that says which version of one model serves. */
interface ChampionAlias {

  /**
   * The champion by now, if one was ever named.
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  Optional<Champion> read();

  /**
   * Replaces the champion.
   *
   * @param change makes the next champion of the one so far; if it throws, nothing is written and
   *     the exception is passed on
   * @throws dev.millrace.control.ConcurrentChangeException if another writer changes it meanwhile
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be written
   */
  void change(Function<Optional<Champion>, Champion> change);
}
