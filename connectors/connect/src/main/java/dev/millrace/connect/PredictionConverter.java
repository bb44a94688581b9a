package dev.millrace.connect;

import dev.millrace.connect.prediction.FlatStruct;
import dev.millrace.connect.prediction.ImageEventValue;
import dev.millrace.connect.prediction.NestedStruct;
import dev.millrace.connect.prediction.PredictionStruct;
import dev.millrace.events.Prediction;
import dev.millrace.events.WireFormat;
import dev.millrace.registry.RegistryConfig;
import dev.millrace.registry.RegistryException;
import dev.millrace.registry.SchemaRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;

/**
 * A converter for values. For a sink, it converts predictions to structs with a schema. For a
 * source, it converts values to image events. Bytes are the image itself. A struct with a field of
 * bytes becomes the JSON event {@code {"image": "<base64>", …}}. Thread-safe after {@link
 * #configure}.
 *
 * <p>If a value cannot be converted, the converter throws a {@link DataException}, so {@code
 * errors.tolerance} and the sink's dead-letter topic apply. If the schema registry is unreachable,
 * the converter throws a {@link RetriableException}, so {@code errors.retry.timeout} applies.
 */
public final class PredictionConverter implements Converter, Versioned {

  static final String FLATTEN = "flatten";
  static final String TOP = "top";
  static final String PROBABILITIES = "probabilities";
  static final String IMAGE_FIELD = "image.field";

  private static final String ALL = "all";
  private static final String NONE = "none";
  private static final int MOST_COLUMNS = 100;

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              FLATTEN,
              ConfigDef.Type.BOOLEAN,
              false,
              Importance.HIGH,
              "Whether to flatten structs to fields of simple types, as a table needs them, for"
                  + " example model_name and source_topic. Lists become JSON texts.")
          .define(
              TOP,
              ConfigDef.Type.STRING,
              null,
              new Requirement(
                  "all, or a number from 1 to " + MOST_COLUMNS,
                  value -> value.equals(ALL) || isNumber((String) value)),
              Importance.MEDIUM,
              "Number of most probable classes to keep. The default is all classes that the"
                  + " prediction lists, or 1 with flatten=true. With flatten=true, the second class"
                  + " has the fields label_2 and probability_2, and so on.")
          .define(
              PROBABILITIES,
              ConfigDef.Type.STRING,
              ALL,
              Requirement.oneOf(ALL, NONE),
              Importance.MEDIUM,
              "Whether to keep the probabilities of all classes.")
          .define(
              IMAGE_FIELD,
              ConfigDef.Type.STRING,
              "image",
              Requirement.NOT_EMPTY,
              Importance.LOW,
              "For sources: the field of a struct that holds the image's bytes.")
          .define(
              RegistryConfig.URL,
              ConfigDef.Type.STRING,
              null,
              new Requirement(
                  "addresses such as http://localhost:8081, separated by commas",
                  value -> isRegistry((String) value)),
              Importance.MEDIUM,
              "The schema registry of predictions in Avro, in Protobuf or with a JSON Schema."
                  + " Without a registry, only predictions in JSON and CloudEvents can be read.")
          .define(
              RegistryConfig.USER_INFO,
              ConfigDef.Type.PASSWORD,
              null,
              Importance.LOW,
              "User and password for the schema registry, joined by a colon.")
          .define(
              RegistryConfig.TOKEN,
              ConfigDef.Type.PASSWORD,
              null,
              Importance.LOW,
              "Token for the schema registry, instead of user and password.");

  /** Reads the values of a prediction topic in all supported formats. */
  private Deserializer<Prediction> predictions = Prediction.serde().deserializer();

  private boolean hasRegistry;
  private PredictionStruct form;
  private ImageEventValue events;

  /** Creates the converter. Kafka Connect calls this constructor. */
  public PredictionConverter() {}

  @Override
  public String version() {
    return PluginVersion.get();
  }

  @Override
  public ConfigDef config() {
    return DEFINITION;
  }

  /**
   * Reads the configuration.
   *
   * @throws ConfigException if a value is invalid, or if {@code isKey} is true
   */
  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    if (isKey) {
      throw new ConfigException(
          "PredictionConverter converts values alone; set key.converter to"
              + " org.apache.kafka.connect.storage.StringConverter");
    }
    AbstractConfig config = new AbstractConfig(DEFINITION, configs, false);
    String top = config.getString(TOP);
    boolean probabilities = config.getString(PROBABILITIES).equals(ALL);
    if (config.getBoolean(FLATTEN)) {
      if (ALL.equals(top)) {
        throw new ConfigException(
            TOP,
            top,
            "must be a number from 1 to "
                + MOST_COLUMNS
                + " with flatten=true, because a table has a fixed number of columns");
      }
      form = new FlatStruct(top == null ? 1 : Integer.parseInt(top), probabilities);
    } else {
      boolean all = top == null || top.equals(ALL);
      form = new NestedStruct(all ? Integer.MAX_VALUE : Integer.parseInt(top), probabilities);
    }
    events = new ImageEventValue(config.getString(IMAGE_FIELD));
    hasRegistry = config.getString(RegistryConfig.URL) != null;
    if (hasRegistry) {
      predictions = registry(config).predictions();
    }
  }

  private static SchemaRegistry registry(AbstractConfig config) {
    Map<String, String> keys = new HashMap<>();
    keys.put(RegistryConfig.URL, config.getString(RegistryConfig.URL));
    for (String secret : List.of(RegistryConfig.USER_INFO, RegistryConfig.TOKEN)) {
      if (config.getPassword(secret) != null) {
        keys.put(secret, config.getPassword(secret).value());
      }
    }
    try {
      return SchemaRegistry.of(keys);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte[] value) {
    return toConnectData(topic, new RecordHeaders(), value);
  }

  /**
   * {@return the struct of a prediction, or a null value for a null value}
   *
   * @throws RetriableException if the schema registry does not answer
   */
  @Override
  public SchemaAndValue toConnectData(String topic, Headers headers, byte[] value) {
    if (value == null) {
      return SchemaAndValue.NULL;
    }
    if (!hasRegistry && WireFormat.begins(value)) {
      throw new DataException(
          "topic "
              + topic
              + " holds a value in the wire format of a schema registry (schema id "
              + WireFormat.schemaId(value)
              + "); set value.converter."
              + RegistryConfig.URL);
    }
    try {
      Prediction prediction = predictions.deserialize(topic, headers, value);
      return new SchemaAndValue(form.schema(), form.of(prediction));
    } catch (SerializationException e) {
      throw new DataException(e.getMessage(), e);
    } catch (RegistryException e) {
      throw new RetriableException(e.getMessage(), e);
    }
  }

  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    return fromConnectData(topic, new RecordHeaders(), schema, value);
  }

  /** {@return the image event of a source's value} See {@link ImageEventValue#of}. */
  @Override
  public byte[] fromConnectData(String topic, Headers headers, Schema schema, Object value) {
    return events.of(topic, headers, schema, value);
  }

  private static boolean isRegistry(String urls) {
    try {
      return !RegistryConfig.of(Map.of(RegistryConfig.URL, urls)).urls().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= MOST_COLUMNS;
  }
}
