package dev.millrace.service.telemetry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * OpenTelemetry's settings, by the names of its <a
 * href="https://opentelemetry.io/docs/languages/java/configuration/">system properties</a>, for
 * example {@code otel.exporter.otlp.endpoint}. A system property overrides the environment variable
 * ({@code OTEL_EXPORTER_OTLP_ENDPOINT}), which overrides the key of the {@code --config} file.
 */
public final class OtelSettings {

  /** The prefix of all settings' names. */
  public static final String PREFIX = "otel.";

  private final Map<String, String> file;
  private final UnaryOperator<String> properties;
  private final UnaryOperator<String> environment;

  OtelSettings(
      Map<String, String> file,
      UnaryOperator<String> properties,
      UnaryOperator<String> environment) {
    this.file = file;
    this.properties = properties;
    this.environment = environment;
  }

  /**
   * Returns the settings of this process.
   *
   * @param file the keys and values of the configuration file; keys of other software are ignored
   * @return the settings
   */
  public static OtelSettings of(Map<String, String> file) {
    return new OtelSettings(
        file.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(PREFIX))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        System::getProperty,
        System::getenv);
  }

  /** {@return the settings of the configuration file} */
  Map<String, String> file() {
    return file;
  }

  /** Returns a setting. The result is empty if the setting is missing or has an empty value. */
  Optional<String> get(String name) {
    String variable = name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    return set(properties.apply(name))
        .or(() -> set(environment.apply(variable)))
        .or(() -> set(file.get(name)));
  }

  private static Optional<String> set(String value) {
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }
}
