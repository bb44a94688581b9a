package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryConfigTest {

  private static RegistryConfig of(String key, String value) {
    return RegistryConfig.of(Map.of("schema.registry.url", "http://a:8081", key, value));
  }

  @Test
  void addresses_areSeparatedByCommas() {
    RegistryConfig config =
        RegistryConfig.of(Map.of("schema.registry.url", "http://a:8081, https://b/api"));

    assertThat(config.urls()).extracting("host").containsExactly("a", "b");
    assertThat(config.authorization()).isNull();
    assertThat(config.register()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "localhost:8081", "file:/tmp", "http://", "http://a b"})
  void addressThatIsNoHttpAddress_isRefused(String url) {
    assertThatThrownBy(() -> RegistryConfig.of(Map.of("schema.registry.url", url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("schema.registry.url: ");
    assertThatThrownBy(() -> RegistryConfig.of(Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secrets_becomeAHeaderAndAreNeverShown() {
    RegistryConfig config =
        RegistryConfig.of(Map.of("schema.registry.url", "http://me:secret@a:8081"));

    assertThat(config.authorization()).isEqualTo("Basic bWU6c2VjcmV0");
    assertThat(config.toString()).contains("http://a:8081").doesNotContain("secret", "bWU6");
    assertThat(of("basic.auth.user.info", "me:secret").authorization())
        .isEqualTo("Basic bWU6c2VjcmV0");
    assertThat(of("bearer.auth.token", "t").authorization()).isEqualTo("Bearer t");
    assertThat(of("auto.register.schemas", "false").register()).isFalse();
  }

  /**
   * A token that was read from a file often ends with a line break, but an HTTP header cannot
   * contain a line break.
   */
  @ParameterizedTest
  @CsvSource({
    "bearer.auth.token, 't\n', bearer.auth.token",
    "bearer.auth.token, 'tök', bearer.auth.token",
    "auto.register.schemas, yes, auto.register.schemas: 'yes' is neither true nor false",
    "auto.register.schemas, '', auto.register.schemas: '' is neither true nor false"
  })
  void valueThatIsNotValid_isRefused(String key, String value, String message) {
    assertThatThrownBy(() -> of(key, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .message()
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://me:secret@schema_registry:8081",
        "http://me:sec@secret@a:8081",
        "http://me:sec ret@a:8081",
        "ftp://me:secret@a",
        "//me:secret@a b"
      })
  void addressThatIsRefused_isShownWithoutThePassword(String url) {
    assertThatThrownBy(() -> RegistryConfig.of(Map.of("schema.registry.url", url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("schema.registry.url: '")
        .hasMessageNotContaining("sec")
        .hasMessageNotContaining("ret@")
        .satisfies(e -> assertThat(e.getCause()).isNull());
  }
}
