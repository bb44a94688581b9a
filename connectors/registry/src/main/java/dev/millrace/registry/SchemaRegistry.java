package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.LabelDeserializer;
import dev.millrace.events.Prediction;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The serdes of events whose schemas are in a schema registry, in Confluent's wire format:
 *
 * <pre>{@code
 * SchemaRegistry registry = SchemaRegistry.of(Map.of("schema.registry.url", "http://localhost:8081"));
 * builder.stream("photos", Consumed.with(Serdes.String(), registry.images(ImageField.of("photo"))))
 *     .processValues(inference)
 *     .to("predictions", Produced.with(Serdes.String(), registry.predictions(PredictionSchema.AVRO)));
 * }</pre>
 *
 * <p>The serdes throw a {@link RegistryException} if the registry does not answer. The task must
 * then fail, and read its uncommitted records again. With a dead-letter topic, set {@code
 * deserialization.exception.handler} to the plugin's {@code UnreadRecords}, because Kafka Streams'
 * own handlers also make a dead letter. Thread-safe.
 */
public final class SchemaRegistry {

  private final RegistryClient client;

  private SchemaRegistry(RegistryClient client) {
    this.client = client;
  }

  /**
   * Creates the serdes' common connection. Sends no request yet.
   *
   * @param config the keys of {@link RegistryConfig} and their values
   * @return the connection
   * @throws IllegalArgumentException if an address is not an HTTP address, or there is none
   */
  public static SchemaRegistry of(Map<String, ?> config) {
    return of(RegistryConfig.of(config));
  }

  /**
   * Creates the serdes' common connection. Sends no request yet.
   *
   * @param config how to reach the registry
   * @return the connection
   */
  public static SchemaRegistry of(RegistryConfig config) {
    return new SchemaRegistry(new RegistryClient(config));
  }

  /**
   * {@return the serde of image events that a configuration describes: with a registry if {@link
   * RegistryConfig#URL} is set, and with the field that {@link ImageField#KEY} names}
   *
   * @param config the keys and their values; other keys are ignored
   * @throws IllegalArgumentException if a value is not valid
   */
  public static Serde<ImageEvent> imageSerde(Map<String, ?> config) {
    Object name = config.get(ImageField.KEY);
    ImageField field = name == null ? ImageField.DEFAULT : ImageField.of(name.toString());
    return config.containsKey(RegistryConfig.URL)
        ? of(config).images(field)
        : ImageEvent.serde(field);
  }

  /**
   * {@return the serde of image events, as {@link ImageEvent#serde(ImageField,
   * dev.millrace.events.RegisteredImages)}} Values in the wire format may be Avro, with the image
   * in a field of the type bytes or fixed; Protobuf, with the image in a field of the type bytes;
   * or JSON with a JSON Schema, with the image as text.
   *
   * @param field the field of the image
   */
  public Serde<ImageEvent> images(ImageField field) {
    return ImageEvent.serde(field, new RegistryImages(client, field));
  }

  /**
   * {@return the deserializer of labels that a configuration describes: with a registry if {@link
   * RegistryConfig#URL} is set}
   *
   * @param config the keys and their values; other keys are ignored
   * @throws IllegalArgumentException if a value is not valid
   */
  public static Deserializer<String> labelDeserializer(Map<String, ?> config) {
    return config.containsKey(RegistryConfig.URL) ? of(config).labels() : new LabelDeserializer();
  }

  /**
   * {@return a deserializer of labels, as {@link LabelDeserializer}} Values in the wire format may
   * be Avro, with the label in the field {@code label} of the type string or enum; Avro that is a
   * string itself; Protobuf, with the label in the field {@code label} of the type string; or JSON
   * with a JSON Schema.
   */
  public Deserializer<String> labels() {
    return new LabelDeserializer(new RegistryLabels(client));
  }

  /**
   * {@return the serde of predictions in one format} The schema is registered under the subject
   * {@code TOPIC-value} (the {@code TopicNameStrategy}) when the first prediction is written, or
   * looked up there if {@link RegistryConfig#register} is false. Reading is that of {@link
   * #predictions()}.
   *
   * @param schema the format
   */
  public Serde<Prediction> predictions(PredictionSchema schema) {
    return Serdes.serdeFrom(new RegistryPredictionSerializer(client, schema), predictions());
  }

  /**
   * {@return a deserializer of predictions in any of these formats, and of those that {@link
   * Prediction#serde} reads} It throws Kafka's {@code SerializationException} if a value is not a
   * prediction.
   */
  public Deserializer<Prediction> predictions() {
    return new RegistryPredictionDeserializer(client);
  }

  /**
   * Registers the schema of a topic's predictions now, or looks it up, as the first prediction
   * would.
   *
   * @param schema the format of the predictions
   * @param topic the topic
   * @throws RegistryException if the registry does not answer, or does not accept the schema
   */
  public void requireSchema(PredictionSchema schema, String topic) {
    var unused = RegistryPredictionSerializer.schemaId(client, schema, topic);
  }
}
