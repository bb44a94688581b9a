package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.registry.RegistryException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventFormatsTest {

  private static final Map<String, String> AWAY =
      Map.of("schema.registry.url", "http://me:secret@127.0.0.1:1");

  @ParameterizedTest
  @EnumSource(names = {"AVRO", "PROTOBUF", "JSON_SCHEMA"})
  void formatWithASchema_needsARegistry(OutputFormat format) {
    assertThatThrownBy(() -> new EventFormats(Map.of(), format))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "output-format: " + format + " needs a schema registry; give --schema-registry URL");
    assertThatThrownBy(() -> new EventFormats(AWAY, format).requireSchema("predictions"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("the schema registry does not answer")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @EnumSource(names = {"JSON", "CLOUDEVENTS_STRUCTURED"})
  void formatWithoutASchema_asksNoRegistry(OutputFormat format) {
    assertThatCode(() -> new EventFormats(AWAY, format).requireSchema("predictions"))
        .doesNotThrowAnyException();
    assertThatCode(() -> new EventFormats(Map.of(), format).requireSchema("predictions"))
        .doesNotThrowAnyException();
  }

  @Test
  void wrongValues_areRefused_andSecretsAreNotShown() {
    assertThatThrownBy(() -> new EventFormats(Map.of("image.field", "a..b"), OutputFormat.JSON))
        .hasMessageContaining("image-field: 'a..b'");
    assertThatThrownBy(
            () -> new EventFormats(Map.of("schema.registry.url", "nowhere"), OutputFormat.JSON))
        .hasMessageContaining("schema.registry.url");
    assertThat(new EventFormats(AWAY, OutputFormat.AVRO).toString())
        .contains("avro")
        .doesNotContain("secret");
  }
}
