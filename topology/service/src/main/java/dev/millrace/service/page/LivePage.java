package dev.millrace.service.page;

import com.sun.net.httpserver.HttpHandler;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.promotion.ChampionTopic;
import dev.millrace.service.promotion.KafkaConfigs;
import dev.millrace.service.promotion.Promotion;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.ServiceConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The live page of a service. It shows the throughput, the versions, the last predictions and dead
 * letters, and promotes and rolls back for users with a token. While the page is not open in any
 * browser, it costs only one volatile read per image. Thread-safe.
 */
public final class LivePage implements AutoCloseable {

  /** The path of the page. */
  public static final String PATH = PageHandler.PATH;

  /**
   * How long a stream of events lasts, in ms. This time is less than 10 s, because the HTTP server
   * cuts off answers after 10 s.
   */
  private static final long STREAM_MS = 8_000;

  private static final long LINGER_MS = 5_000;

  /**
   * The content of the panel about the page itself.
   *
   * @param actions whether the user may promote and roll back
   * @param why the reason why the user may not promote and roll back, or null if the user may do so
   */
  private record About(
      String model, String input, String output, boolean thumbnails, boolean actions, String why) {}

  private final Panels panels = new Panels();
  private final Promoter promoter;
  private final Audience audience;
  private final PageHandler handler;
  private volatile Watch watch;

  private LivePage(
      InferenceService service,
      ServiceConfig config,
      MeterRegistry registry,
      KafkaConfigs kafka,
      PageConfig page,
      Consumer<ModelVersion> trial) {
    PageAccess access = new PageAccess(page.tokens(), page.allowedHosts(), System::nanoTime);
    this.promoter =
        config.pinned() || !access.hasTokens()
            ? null
            : new Promoter(
                new Promotion(config.inference().repository(), service.model(), trial),
                new ChampionTopic(kafka),
                panels);
    this.audience =
        new Audience(
            () -> {
              watch = Watch.open(service, config, registry, kafka, page, panels);
              return watch;
            },
            LINGER_MS);
    this.handler =
        new PageHandler(
            access,
            audience,
            new EventStream(panels, STREAM_MS),
            number -> {
              Watch open = watch;
              return open == null ? Optional.empty() : open.thumbnail(number);
            },
            promoter);
    panels.put(
        "page",
        new About(
            service.model(),
            config.topics().inputText(),
            config.topics().output(),
            page.thumbnails(),
            promoter != null,
            why(config, access)));
  }

  private static String why(ServiceConfig config, PageAccess access) {
    if (config.pinned()) {
      return "The service is pinned to its version (--pin).";
    }
    return access.hasTokens()
        ? null
        : "To promote versions here, start the service with --page-token-file.";
  }

  /**
   * Prepares the page. Opens no client and no thread before a browser opens the page.
   *
   * @param service the service to show; the caller closes it after the page
   * @param config the service's settings
   * @param registry holds the engine's metrics; the caller closes it after the page
   * @param kafka configurations of the clients that read the topics and promote
   * @param page the page's settings
   * @param trial runs a version on sample images before a promotion; throws {@link
   *     dev.millrace.core.model.ModelException} if the version cannot serve
   * @return the page, which the caller closes
   */
  public static LivePage open(
      InferenceService service,
      ServiceConfig config,
      MeterRegistry registry,
      KafkaConfigs kafka,
      PageConfig page,
      Consumer<ModelVersion> trial) {
    return new LivePage(service, config, registry, kafka, page, trial);
  }

  /** {@return the handler of the requests for {@link #PATH} and all paths below it} */
  public HttpHandler handler() {
    return handler;
  }

  /** {@return whether the page is open in a browser, or was a few seconds ago} */
  public boolean isWatched() {
    return audience.isWatching();
  }

  /** Ends all streams, and closes the clients. */
  @Override
  public void close() {
    panels.close();
    audience.close();
    if (promoter != null) {
      promoter.close();
    }
  }
}
