package dev.millrace.trainer.stream;

import dev.millrace.control.Champion;
import dev.millrace.control.ClassIndices;
import dev.millrace.control.ControlReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads and writes the control topic. Each call opens its own Kafka clients and closes them.
 *
 * @param kafka the configuration of the Kafka clients
 * @param model the model's name
 */
record KafkaClassTopic(Map<String, Object> kafka, String model) implements ClassTopic {

  @Override
  public Optional<Champion> champion() {
    try (ControlReader reader = new ControlReader(kafka, model)) {
      return reader.readToEnd();
    }
  }

  @Override
  public List<String> classes() {
    return indices().read();
  }

  @Override
  public List<String> change(UnaryOperator<List<String>> change) {
    return indices().change(change);
  }

  private ClassIndices indices() {
    return new ClassIndices(kafka, kafka, model);
  }
}
