package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlWriter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The champion's alias, stored on the control topic. Each call opens its own Kafka clients and
 * closes them, because open clients would be idle for minutes between two calls.
 *
 * @param kafka the configuration of the Kafka clients
 * @param model the model's name
 */
record KafkaChampionAlias(Map<String, Object> kafka, String model) implements ChampionAlias {

  @Override
  public Optional<Champion> read() {
    try (ControlReader reader = new ControlReader(kafka, model)) {
      return reader.readToEnd();
    }
  }

  @Override
  public void change(Function<Optional<Champion>, Champion> change) {
    new ControlWriter(kafka, kafka).change(model, change);
  }
}
