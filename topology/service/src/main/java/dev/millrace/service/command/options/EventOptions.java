package dev.millrace.service.command.options;

import dev.millrace.events.ImageField;
import dev.millrace.registry.RegistryConfig;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A mixin of options for the format of the events in topics. */
@Grouped(Section.TOPICS)
public final class EventOptions {

  /** The names of all options. */
  public static final List<String> NAMES =
      List.of("--image-field", "--schema-registry", "--schema-registry-auth");

  @Option(
      names = "--image-field",
      paramLabel = "FIELD",
      defaultValue = "image",
      description =
          "Field that holds the image in formats with fields, such as JSON or Avro. A dot separates"
              + " the names of nested fields, as in payload.image (default: ${DEFAULT-VALUE}).")
  private String imageField;

  @Mixin private RegistryOptions registry;

  /**
   * {@return the values of the options, under the keys of {@link ImageField} and {@link
   * RegistryConfig}}
   *
   * @throws IllegalArgumentException if a value is not valid
   */
  public Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>(registry.keys());
    keys.put(ImageField.KEY, ImageField.of(imageField).toString());
    return keys;
  }
}
