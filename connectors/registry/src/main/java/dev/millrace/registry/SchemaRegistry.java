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
 * Creates serdes for events in Confluent's wire format. The schemas of these events are in a schema
 * registry. For example:
 *
 * <pre>{@code
 * SchemaRegistry registry = SchemaRegistry.of(Map.of("schema.registry.url", "http://localhost:8081"));
 * builder.stream("photos", Consumed.with(Serdes.String(), registry.images(ImageField.of("photo"))))
 *     .processValues(inference)
 *     .to("predictions", Produced.with(Serdes.String(), registry.predictions(PredictionSchema.AVRO)));
 * }</pre>
 *
 * <p>The serdes throw a {@link RegistryException} if the registry does not answer. The Kafka
 * Streams task must then fail, so that it reads its uncommitted records again. If you use a
 * dead-letter topic, set {@code deserialization.exception.handler} to the plugin's {@code
 * UnreadRecords}. Otherwise, Kafka Streams' own handlers would turn valid records into dead letters
 * while the registry does not answer. Thread-safe.
 */
public final class SchemaRegistry {

  private final RegistryClient client;

  private SchemaRegistry(RegistryClient client) {
    this.client = client;
  }

  /**
   * Creates the connection that all serdes share. Sends no request yet.
   *
   * @param config the keys of {@link RegistryConfig} and their values
   * @return the connection
   * @throws IllegalArgumentException if an address is not an HTTP address, or there is none
   */
  public static SchemaRegistry of(Map<String, ?> config) {
    return of(RegistryConfig.of(config));
  }

  /**
   * Creates the connection that all serdes share. Sends no request yet.
   *
   * @param config the access to the registry
   * @return the connection
   */
  public static SchemaRegistry of(RegistryConfig config) {
    return new SchemaRegistry(new RegistryClient(config));
  }

  /**
   * {@return the serde of image events for a configuration} The serde uses a registry if {@link
   * RegistryConfig#URL} is set. {@link ImageField#KEY} names the field of the image.
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
   * {@return the serde of image events} The serde reads the same formats as {@link
   * ImageEvent#serde(ImageField, dev.millrace.events.RegisteredImages)}. In the wire format, the
   * serde reads Avro with the image in a field of type bytes or fixed, Protobuf with the image in a
   * field of type bytes, and JSON that has a JSON Schema and the image as text.
   *
   * @param field the field of the image
   */
  public Serde<ImageEvent> images(ImageField field) {
    return ImageEvent.serde(field, new RegistryImages(client, field));
  }

  /**
   * {@return the deserializer of labels for a configuration} The deserializer uses a registry if
   * {@link RegistryConfig#URL} is set.
   *
   * @param config the keys and their values; other keys are ignored
   * @throws IllegalArgumentException if a value is not valid
   */
  public static Deserializer<String> labelDeserializer(Map<String, ?> config) {
    return config.containsKey(RegistryConfig.URL) ? of(config).labels() : new LabelDeserializer();
  }

  /**
   * {@return a deserializer of labels} The deserializer reads the same formats as {@link
   * LabelDeserializer}. In the wire format, it reads Avro and Protobuf with the label in the field
   * {@code label}. The type of the field is string, or also enum in Avro. The deserializer also
   * reads Avro values that are only a string, and JSON with a JSON Schema.
   */
  public Deserializer<String> labels() {
    return new LabelDeserializer(new RegistryLabels(client));
  }

  /**
   * {@return the serde of predictions in one format} Writing the first prediction registers the
   * schema in the subject {@code TOPIC-value} (the {@code TopicNameStrategy}). If {@link
   * RegistryConfig#register} is false, the serde only looks the schema up in this subject. The
   * serde reads the same values as {@link #predictions()}.
   *
   * @param schema the format
   */
  public Serde<Prediction> predictions(PredictionSchema schema) {
    return Serdes.serdeFrom(new RegistryPredictionSerializer(client, schema), predictions());
  }

  /**
   * {@return a deserializer of predictions in all formats of {@link PredictionSchema}, and in the
   * formats that {@link Prediction#serde} reads} The deserializer throws Kafka's {@code
   * SerializationException} if a value is not a prediction.
   */
  public Deserializer<Prediction> predictions() {
    return new RegistryPredictionDeserializer(client);
  }

  /**
   * Registers or looks up the schema of a topic's predictions now, instead of with the first
   * prediction.
   *
   * @param schema the format of the predictions
   * @param topic the topic
   * @throws RegistryException if the registry does not answer, or does not accept the schema
   */
  public void requireSchema(PredictionSchema schema, String topic) {
    var unused = RegistryPredictionSerializer.schemaId(client, schema, topic);
  }
}
