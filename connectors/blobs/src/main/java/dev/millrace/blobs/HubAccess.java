package dev.millrace.blobs;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Access to the Hugging Face Hub, set by the same environment variables as in Hugging Face's own
 * tools.
 *
 * @param endpoint the address of the hub, without a slash at its end ({@code HF_ENDPOINT})
 * @param token the token, which is sent only to the hub, or null ({@code HF_TOKEN})
 * @param offline true to send no requests to the hub ({@code HF_HUB_OFFLINE})
 */
public record HubAccess(String endpoint, String token, boolean offline) {

  private static final String DEFAULT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /**
   * Validates the address.
   *
   * @param endpoint the address of the hub
   * @param token the token, or null
   * @param offline true to send no requests to the hub
   * @throws IllegalArgumentException if the address is not an HTTP or HTTPS address
   */
  public HubAccess {
    if (!endpoint.matches("(?i)https?://[^\\s/?#@]+(?:/[^\\s?#]*)?")) {
      throw new IllegalArgumentException(
          "HF_ENDPOINT: '" + endpoint + "' is not a web address such as " + DEFAULT);
    }
    endpoint = endpoint.replaceFirst("/+$", "");
  }

  /**
   * {@return the access that the environment variables describe}
   *
   * @param environment the environment variables
   * @throws IllegalArgumentException if {@code HF_ENDPOINT} is not an HTTP or HTTPS address
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

  /**
   * {@return whether a request goes to the hub's scheme, host and port, so that it may carry the
   * token}
   */
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
