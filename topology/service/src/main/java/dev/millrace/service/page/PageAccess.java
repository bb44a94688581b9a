package dev.millrace.service.page;

import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Decides which requests may read the page's data, and which may promote and roll back.
 * Thread-safe.
 *
 * <ul>
 *   <li>Without tokens, programs on this machine may read everything, but no program may promote or
 *       roll back. Both ends of the connection must be loopback addresses.
 *   <li>With tokens, the page's files are open to all, and everything else needs a token.
 *   <li>The header {@code Host} must always name this machine. Otherwise, a page of another site
 *       could reach the service through a name that the site resolves to this machine (DNS
 *       rebinding).
 *   <li>Requests that come from other sites are refused. Browsers name the site in {@code
 *       Sec-Fetch-Site} and {@code Origin}.
 * </ul>
 */
final class PageAccess {

  private static final int WRONG_TOKENS_PER_MINUTE = 10;
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  /**
   * The reason for refusing a request.
   *
   * @param status the HTTP status code
   * @param reason one line that says what to do
   */
  record Refusal(int status, String reason) {}

  private final PageTokens tokens;
  private final Set<String> allowedHosts;
  private final RateLimit wrongTokens;

  /**
   * @param tokens the tokens, or null for none
   * @param allowedHosts names of this machine besides the loopback names, in lower case
   * @param nanoTime the clock, in ns
   */
  PageAccess(PageTokens tokens, Set<String> allowedHosts, LongSupplier nanoTime) {
    this.tokens = tokens;
    this.allowedHosts = Set.copyOf(allowedHosts);
    this.wrongTokens = new RateLimit(WRONG_TOKENS_PER_MINUTE, nanoTime);
  }

  /** Returns whether there are tokens. */
  boolean hasTokens() {
    return tokens != null;
  }

  /**
   * Returns the reason for refusing a request for the page's files; empty if the request is
   * allowed. The files contain nothing about the service.
   */
  Optional<Refusal> files(PageRequest request) {
    if (tokens == null && !request.isLocal()) {
      return refusal(
          403,
          "the page answers on loopback addresses only; open it on the service's machine, forward"
              + " the port, or start the service with --page-token-file");
    }
    return namesThisMachine(request)
        ? Optional.empty()
        : refusal(
            403,
            "the header Host names another machine; open the page as localhost, or allow the name"
                + " with --http-allowed-host");
  }

  private boolean namesThisMachine(PageRequest request) {
    return request
        .host()
        .filter(host -> LOOPBACK_NAMES.contains(host) || allowedHosts.contains(host))
        .isPresent();
  }

  /**
   * Returns the reason for refusing a request for the service's data; empty if the request is
   * allowed.
   */
  Optional<Refusal> data(PageRequest request) {
    return files(request)
        .or(() -> ofOtherSite(request))
        .or(() -> tokens == null ? Optional.empty() : withoutToken(request));
  }

  private static Optional<Refusal> ofOtherSite(PageRequest request) {
    return !request.headers().containsKey("Sec-Fetch-Site")
            || request.header("Sec-Fetch-Site").filter(OWN_SITE::contains).isPresent()
        ? Optional.empty()
        : refusal(403, "the request comes from a page of another site");
  }

  private Optional<Refusal> withoutToken(PageRequest request) {
    String peer = request.peer().getAddress().getHostAddress();
    if (wrongTokens.isUsedUp(peer)) {
      return refusal(429, "too many wrong tokens; wait a minute");
    }
    Optional<String> token = request.bearer();
    if (token.isEmpty()) {
      return refusal(401, "give a token of --page-token-file");
    }
    if (user(request).isEmpty()) {
      boolean unused = wrongTokens.use(peer);
      return refusal(401, "this token is not in --page-token-file");
    }
    return Optional.empty();
  }

  /** Returns the reason for refusing a promotion or a rollback; empty if the request is allowed. */
  Optional<Refusal> action(PageRequest request) {
    if (tokens == null) {
      return refusal(403, "to act on the page, start the service with --page-token-file");
    }
    return files(request)
        .or(() -> ofOtherSite(request))
        .or(() -> ofOtherOrigin(request))
        .or(() -> noJson(request))
        .or(() -> withoutToken(request));
  }

  /**
   * Refuses a request unless its header {@code Origin} names this page. Browsers send this header
   * with each POST request.
   */
  private static Optional<Refusal> ofOtherOrigin(PageRequest request) {
    String authority = request.authority().orElse("");
    return request
            .header("Origin")
            .filter(
                origin ->
                    origin.equals("http://" + authority) || origin.equals("https://" + authority))
            .isPresent()
        ? Optional.empty()
        : refusal(403, "the header Origin does not name this page");
  }

  private static Optional<Refusal> noJson(PageRequest request) {
    return request.header("Content-Type").filter("application/json"::equals).isPresent()
        ? Optional.empty()
        : refusal(415, "send application/json");
  }

  /** Returns the name of the token's user; empty without a valid token. */
  Optional<String> user(PageRequest request) {
    return tokens == null ? Optional.empty() : request.bearer().flatMap(tokens::user);
  }

  private static Optional<Refusal> refusal(int status, String reason) {
    return Optional.of(new Refusal(status, reason));
  }
}
