package dev.millrace.service.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Answers requests for the page: its files, its stream of events, its thumbnails and its actions.
 * Thread-safe.
 */
final class PageHandler implements HttpHandler {

  /** The path of the page, without a slash at the end. */
  static final String PATH = "/page";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The path that tells the page whether to ask for a token. */
  private static final String ACCESS = "access";

  private static final String THUMBNAILS = "thumbnails/";
  private static final int MOST_BODY_BYTES = 1_000;
  private static final int ACTIONS_PER_MINUTE = 10;

  /**
   * The page loads scripts, styles and images only from this server, and runs no scripts that are
   * inside the HTML.
   */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  private final PageAccess access;
  private final Audience audience;
  private final EventStream events;
  private final LongFunction<Optional<Thumbnail>> thumbnails;
  private final Promoter promoter;
  private final RateLimit actions = new RateLimit(ACTIONS_PER_MINUTE, System::nanoTime);

  /**
   * @param thumbnails returns the thumbnail of a card
   * @param promoter promotes and rolls back, or null if the page may not do this
   */
  PageHandler(
      PageAccess access,
      Audience audience,
      EventStream events,
      LongFunction<Optional<Thumbnail>> thumbnails,
      Promoter promoter) {
    this.access = access;
    this.audience = audience;
    this.events = events;
    this.thumbnails = thumbnails;
    this.promoter = promoter;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HEADERS.forEach(exchange.getResponseHeaders()::set);
      String path = exchange.getRequestURI().getPath();
      if (path.equals(PATH)) {
        exchange.getResponseHeaders().set("Location", PATH + "/");
        exchange.sendResponseHeaders(308, -1);
      } else if (!path.startsWith(PATH + "/")) {
        error(exchange, 404, "there is nothing here; try " + PATH + "/");
      } else if (exchange.getRequestMethod().equals("POST")) {
        act(exchange, path.substring(PATH.length() + 1));
      } else if (exchange.getRequestMethod().equals("GET")) {
        get(exchange, path.substring(PATH.length() + 1));
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, POST");
        error(exchange, 405, "only GET and POST are answered");
      }
    }
  }

  private void get(HttpExchange exchange, String name) throws IOException {
    PageRequest request = PageRequest.of(exchange);
    Optional<PageFiles.PageFile> file = PageFiles.find(name);
    boolean open = file.isPresent() || name.equals(ACCESS);
    Optional<PageAccess.Refusal> refusal = open ? access.files(request) : access.data(request);
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get());
    } else if (file.isPresent()) {
      send(exchange, 200, file.get().type(), file.get().bytes());
    } else if (open) {
      json(exchange, 200, Map.of("tokens", access.hasTokens()));
    } else if (name.equals("events")) {
      stream(exchange);
    } else if (name.matches(THUMBNAILS + "\\d{1,18}")) {
      thumbnail(exchange, Long.parseLong(name.substring(THUMBNAILS.length())));
    } else {
      error(exchange, 404, "there is nothing here; try " + PATH + "/");
    }
  }

  private void stream(HttpExchange exchange) throws IOException {
    if (!audience.enter()) {
      error(exchange, 503, Audience.MOST + " browsers look at the page already; close one");
      return;
    }
    try {
      events.send(exchange);
    } finally {
      audience.leave();
    }
  }

  private void thumbnail(HttpExchange exchange, long number) throws IOException {
    Optional<Thumbnail> thumbnail = thumbnails.apply(number);
    if (thumbnail.isEmpty()) {
      exchange.sendResponseHeaders(204, -1); // a browser would log another status as an error
    } else if (thumbnail.get().png() == null) {
      json(exchange, 200, Map.of("missing", thumbnail.get().missing()));
    } else {
      send(exchange, 200, "image/png", thumbnail.get().png());
    }
  }

  private void act(HttpExchange exchange, String name) throws IOException {
    PageRequest request = PageRequest.of(exchange);
    Optional<PageAccess.Refusal> refusal = access.action(request);
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get());
    } else if (promoter == null) {
      error(exchange, 409, "the service is pinned to its version (--pin)");
    } else if (!actions.use("all")) {
      error(exchange, 429, "more than " + ACTIONS_PER_MINUTE + " orders a minute; wait");
    } else {
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES);
      String who =
          access.user(request).orElseThrow()
              + " at "
              + request.peer().getAddress().getHostAddress();
      switch (name) {
        case "promotion" -> promote(exchange, body, who);
        case "rollback" -> accepted(exchange, promoter.rollBack(who));
        default -> error(exchange, 404, "there is no action " + name);
      }
    }
  }

  private void promote(HttpExchange exchange, byte[] body, String who) throws IOException {
    Optional<Integer> version = version(body);
    if (version.isEmpty()) {
      error(exchange, 400, "send the version as JSON: {\"version\": 3}");
    } else if (!promoter.offers(version.get())) {
      error(exchange, 404, "the repository has no version " + version.get());
    } else {
      accepted(exchange, promoter.promote(version.get(), who));
    }
  }

  private static Optional<Integer> version(byte[] body) {
    try {
      JsonNode version = JSON.readTree(body).path("version");
      return version.isInt() && version.intValue() > 0
          ? Optional.of(version.intValue())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void accepted(HttpExchange exchange, boolean accepted) throws IOException {
    if (accepted) {
      json(exchange, 202, Map.of("accepted", true));
    } else {
      error(exchange, 409, "another order is running; wait for its end");
    }
  }

  private static void refuse(HttpExchange exchange, PageAccess.Refusal refusal) throws IOException {
    if (refusal.status() == 401) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
    }
    error(exchange, refusal.status(), refusal.reason());
  }

  private static void error(HttpExchange exchange, int status, String message) throws IOException {
    json(exchange, status, Map.of("error", message));
  }

  private static void json(HttpExchange exchange, int status, Object value) throws IOException {
    send(exchange, status, "application/json", JSON.writeValueAsBytes(value));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
