package dev.millrace.service.command.options;

import dev.millrace.events.Prediction;
import dev.millrace.registry.RegistryConfig;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import picocli.CommandLine.Option;

/** A mixin of options for the connection to a schema registry. */
@Grouped(Section.TOPICS)
public final class RegistryOptions {

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description =
          "Schema registry for events in Avro, in Protobuf or with a JSON Schema, such as"
              + " http://localhost:8081. Separate several addresses with commas.")
  private String schemaRegistry;

  @Option(
      names = "--schema-registry-auth",
      paramLabel = "USER:PASSWORD",
      description =
          "User and password for the schema registry. Set them in the --config file, because other"
              + " users of this machine can see the arguments of a command.")
  private String schemaRegistryAuth;

  /**
   * {@return the values of the options that are set, under the keys of {@link RegistryConfig}}
   *
   * @throws IllegalArgumentException if an address is not valid
   */
  Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    if (schemaRegistryAuth != null) {
      keys.put(RegistryConfig.USER_INFO, schemaRegistryAuth);
    }
    if (schemaRegistry != null) {
      keys.put(RegistryConfig.URL, schemaRegistry);
      RegistryConfig.of(keys);
    }
    return keys;
  }

  /**
   * {@return a deserializer that reads predictions in every format that the options allow}
   *
   * @throws IllegalArgumentException if an address is not valid
   */
  public Deserializer<Prediction> predictions() {
    return schemaRegistry == null
        ? Prediction.serde().deserializer()
        : SchemaRegistry.of(keys()).predictions();
  }
}
