package dev.millrace.blobs;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How to reach Hugging Face's hub, by the environment variables of Hugging Face's own tools.
 *
 * @param endpoint the address of the hub, without a slash at its end ({@code HF_ENDPOINT})
 * @param token the token that is sent to the hub, and to no other server; or null ({@code
 *     HF_TOKEN})
 * @param offline whether the hub may not be asked ({@code HF_HUB_OFFLINE})
 */
public record HubAccess(String endpoint, String token, boolean offline) {

  private static final String DEFAULT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /**
   * Validates the address.
   *
   * @param endpoint the address of the hub
   * @param token the token, or null
   * @param offline whether the hub may not be asked
   * @throws IllegalArgumentException if the address is not that of a web server
   */
  public HubAccess {
    if (!endpoint.matches("(?i)https?://[^\\s/?#@]+(?:/[^\\s?#]*)?")) {
      throw new IllegalArgumentException(
          "HF_ENDPOINT: '" + endpoint + "' is no web address such as " + DEFAULT);
    }
    endpoint = endpoint.replaceFirst("/+$", "");
  }

  /**
   * {@return the access that environment variables describe}
   *
   * @param environment the environment variables
   * @throws IllegalArgumentException if {@code HF_ENDPOINT} is not the address of a web server
   */
  public static HubAccess of(Map<String, String> environment) {
    String endpoint = environment.getOrDefault("HF_ENDPOINT", "");
    String token = environment.getOrDefault("HF_TOKEN", "").strip();
    String offline = environment.getOrDefault("HF_HUB_OFFLINE", "");
    return new HubAccess(
        endpoint.isBlank() ? DEFAULT : endpoint.strip(),
        token.isEmpty() ? null : token,
        TRUE.contains(offline.strip().toUpperCase(Locale.ROOT)));
  }

  /** {@return whether a request may carry the token: to the same scheme, host and port} */
  boolean isHub(URI target) {
    URI hub = URI.create(endpoint);
    return hub.getScheme().equalsIgnoreCase(target.getScheme())
        && hub.getRawAuthority().equalsIgnoreCase(target.getRawAuthority());
  }

  /** {@return a text without the token} */
  @Override
  public String toString() {
    return endpoint + (token == null ? "" : " with a token") + (offline ? ", offline" : "");
  }
}
