package dev.millrace.service.command.serve;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.page.LivePage;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A mixin of options for the address at which a service exposes its metrics and health. */
@Grouped(Section.HTTP)
final class HttpOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description =
          "Serve /metrics, /v2/health and /v2/models on this port (0 picks a free one). Off"
              + " by default.")
  private Integer port;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address for --http to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--metrics",
      paramLabel = "SCOPE",
      converter = MetricsScope.Converter.class,
      description =
          "Metrics to show at /metrics: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). The"
              + " value 'all' adds the other metrics of the JVM, and the metrics of Kafka's"
              + " clients.")
  private MetricsScope metrics = MetricsScope.DEFAULT;

  @Option(
      names = "--infer",
      description =
          "Classify images that are sent to /v2/models/NAME/infer, with the capacity that the"
              + " stream does not need. Needs --http. Off by default.")
  private boolean infer;

  /** {@return whether the service has an HTTP endpoint} */
  boolean isOn() {
    return port != null;
  }

  /** {@return which metrics the service exposes and exports} */
  MetricsScope metrics() {
    return metrics;
  }

  /** {@return the registry of the metrics to expose; the caller closes it} */
  PrometheusMeterRegistry registry() {
    return metrics.registry();
  }

  /**
   * The HTTP endpoint, or none without {@code --http}.
   *
   * @param page the live page that the endpoint serves, or none
   */
  record Listener(Optional<HttpEndpoint> endpoint, String host, Optional<LivePage> page)
      implements AutoCloseable {

    private static Listener of(HttpEndpoint endpoint, String host, Optional<LivePage> page) {
      page.ifPresent(live -> endpoint.serve(LivePage.PATH, live.handler()));
      return new Listener(Optional.of(endpoint), host, page);
    }

    /**
     * {@return the endpoint's address for the line that begins with 'ready'; empty without an
     * endpoint}
     */
    String text() {
      return endpoint.map(e -> pageText(e) + ", http " + host + ":" + port(e)).orElse("");
    }

    private String pageText(HttpEndpoint e) {
      String name = e.address().getAddress().isAnyLocalAddress() ? "localhost" : host;
      return page.isPresent() ? ", page http://" + name + ":" + port(e) + LivePage.PATH + "/" : "";
    }

    private static int port(HttpEndpoint e) {
      return e.address().getPort();
    }

    @Override
    public void close() {
      page.ifPresent(LivePage::close);
      endpoint.ifPresent(HttpEndpoint::close);
    }
  }

  /**
   * Opens the HTTP endpoint if {@code --http} is set. Call this method before the service joins its
   * group. If the port is in use, the command then fails without a rebalance of the group.
   *
   * @param page opens the page; called only if {@code --http} is set
   * @return the endpoint, which the caller closes
   * @throws ParameterException if {@code --infer} is given without {@code --http}
   * @throws CommandException if the port is in use, or the address does not belong to this machine
   */
  Listener listen(
      InferenceService service,
      PrometheusMeterRegistry registry,
      Supplier<Optional<LivePage>> page) {
    if (port == null) {
      if (infer) {
        throw new ParameterException(
            spec.commandLine(), "--infer needs --http, the port on which images are sent");
      }
      return new Listener(Optional.empty(), host, Optional.empty());
    }
    try {
      InetSocketAddress address = new InetSocketAddress(host, port);
      return Listener.of(HttpEndpoint.listen(address, service, registry, infer), host, page.get());
    } catch (IOException e) {
      throw new CommandException(
          "cannot listen on "
              + host
              + ":"
              + port
              + ": "
              + e.getMessage()
              + "; give --http another port",
          e);
    }
  }
}
