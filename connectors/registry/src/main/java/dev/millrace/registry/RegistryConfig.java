package dev.millrace.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Access to a schema registry. {@link #of} takes the same keys as Confluent's serializers.
 *
 * @param urls the registry's addresses; if one does not answer, the request goes to the next one
 * @param authorization value of the HTTP header {@code Authorization}, or null to send none
 * @param register whether to register the schemas of predictions; if false, they must already be
 *     registered
 */
public record RegistryConfig(List<URI> urls, String authorization, boolean register) {

  /** The key of the addresses, separated by commas. */
  public static final String URL = "schema.registry.url";

  /** The key of the user and the password, joined by a colon, for basic authentication. */
  public static final String USER_INFO = "basic.auth.user.info";

  /** The key of the token for bearer authentication. */
  public static final String TOKEN = "bearer.auth.token";

  /** The key of the setting that says whether to register schemas. It is true by default. */
  public static final String REGISTER = "auto.register.schemas";

  /**
   * Validates the addresses.
   *
   * @param urls the registry's addresses
   * @param authorization value of the HTTP header {@code Authorization}, or null
   * @param register whether to register the schemas of predictions
   * @throws IllegalArgumentException if there is no address, an address is not an HTTP address, or
   *     the authorization is not valid in an HTTP header
   */
  public RegistryConfig {
    urls = List.copyOf(urls);
    if (urls.isEmpty()) {
      throw new IllegalArgumentException(URL + ": give the address of a schema registry");
    }
    urls.forEach(RegistryConfig::requireHttp);
    if (authorization != null && !authorization.matches("[ -~]*")) {
      throw new IllegalArgumentException(
          TOKEN + ": it has a line break, or characters other than ASCII; give the token alone");
    }
  }

  /**
   * Reads the configuration.
   *
   * @param config the keys of this class and their values; other keys are ignored. An address may
   *     contain the user and the password ({@code https://user:password@host})
   * @return the configuration
   * @throws IllegalArgumentException if a value is not valid, or there is no address
   */
  public static RegistryConfig of(Map<String, ?> config) {
    List<URI> urls = new ArrayList<>();
    String userInfo = text(config, USER_INFO);
    for (String url : Objects.requireNonNullElse(text(config, URL), "").split(",", -1)) {
      if (!url.isBlank()) {
        URI address = uri(url.strip());
        userInfo = userInfo == null ? address.getUserInfo() : userInfo;
        urls.add(address);
      }
    }
    String register = text(config, REGISTER);
    return new RegistryConfig(
        urls, authorization(userInfo, text(config, TOKEN)), register == null || isTrue(register));
  }

  private static boolean isTrue(String register) {
    if (!register.equalsIgnoreCase("true") && !register.equalsIgnoreCase("false")) {
      throw new IllegalArgumentException(
          REGISTER + ": '" + register + "' is neither true nor false");
    }
    return Boolean.parseBoolean(register);
  }

  /** {@return the addresses only, because the authorization is a secret} */
  @Override
  public String toString() {
    return "RegistryConfig[urls=" + urls.stream().map(RegistryConfig::shown).toList() + "]";
  }

  /** {@return an address without user and password} */
  static String shown(URI url) {
    return shown(url.toString());
  }

  /**
   * {@return the text of a possible address, without the part that may hold a user and a password}
   */
  private static String shown(String url) {
    return url.replaceFirst("//.*@", "//");
  }

  private static String authorization(String userInfo, String token) {
    if (userInfo != null) {
      return "Basic "
          + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }
    return token == null ? null : "Bearer " + token;
  }

  private static String text(Map<String, ?> config, String key) {
    Object value = config.get(key);
    return value == null ? null : value.toString();
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          URL + ": '" + shown(url) + "' is not an address: " + e.getReason());
    }
  }

  private static void requireHttp(URI url) {
    boolean http = "http".equalsIgnoreCase(url.getScheme());
    if ((!http && !"https".equalsIgnoreCase(url.getScheme())) || url.getHost() == null) {
      throw new IllegalArgumentException(
          URL
              + ": '"
              + shown(url)
              + "' is not an address such as http://localhost:8081 (a host has no underscore)");
    }
  }
}
