package dev.millrace.service.serve;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.Prediction;
import dev.millrace.registry.RegistryConfig;
import dev.millrace.registry.SchemaRegistry;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;

/**
 * The formats of the events that a service reads and writes.
 *
 * @param keys how events are read and written: the keys of {@link ImageField} and {@link
 *     RegistryConfig}, and their values
 * @param output the format of predictions
 */
public record EventFormats(Map<String, String> keys, OutputFormat output) {

  /** The image in the field {@code image}, predictions in JSON, and no schema registry. */
  public static final EventFormats DEFAULT = new EventFormats(Map.of(), OutputFormat.JSON);

  /**
   * Validates the values.
   *
   * @param keys how events are read and written
   * @param output the format of predictions
   * @throws IllegalArgumentException if a key's value is not valid, or the format of predictions
   *     needs a schema registry and none is set
   */
  public EventFormats {
    keys = Map.copyOf(keys);
    Objects.requireNonNull(output, "output");
    if (keys.containsKey(RegistryConfig.URL)) {
      RegistryConfig.of(keys);
    } else if (output.schema().isPresent()) {
      throw new IllegalArgumentException(
          "output-format: " + output + " needs a schema registry; give --schema-registry URL");
    }
    if (keys.containsKey(ImageField.KEY)) {
      ImageField.of(keys.get(ImageField.KEY));
    }
  }

  /** {@return the serde of the input topics} */
  public Serde<ImageEvent> images() {
    return SchemaRegistry.imageSerde(keys);
  }

  /** {@return the deserializer of a topic of labels} */
  public Deserializer<String> labels() {
    return SchemaRegistry.labelDeserializer(keys);
  }

  /** {@return the serde of the output topic} */
  Serde<Prediction> predictions() {
    if (output.schema().isPresent()) {
      return SchemaRegistry.of(keys).predictions(output.schema().get());
    }
    return output == OutputFormat.JSON ? Prediction.serde() : Prediction.cloudEventSerde();
  }

  /**
   * Registers the schema of the output topic, if its format has one.
   *
   * @param topic the output topic
   * @throws dev.millrace.registry.RegistryException if the schema registry does not answer, or does
   *     not accept the schema
   */
  public void requireSchema(String topic) {
    output.schema().ifPresent(schema -> SchemaRegistry.of(keys).requireSchema(schema, topic));
  }

  /** {@return the formats, without the passwords among the keys} */
  @Override
  public String toString() {
    return "EventFormats[keys=" + keys.keySet() + ", output=" + output + "]";
  }
}
