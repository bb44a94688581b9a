package dev.millrace.service.command.serve;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a service tells its metrics and health: a mixin of options. */
@Grouped(Section.HTTP)
final class HttpOptions {

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

  /** What listens, if anything does. */
  record Listener(Optional<HttpEndpoint> endpoint, String host) implements AutoCloseable {

    /** Its part of the line that says that the service is ready. */
    String text() {
      return endpoint.map(e -> ", http " + host + ":" + e.address().getPort()).orElse("");
    }

    @Override
    public void close() {
      endpoint.ifPresent(HttpEndpoint::close);
    }
  }

  /**
   * Listens, if a port is given. To be called before the service joins its group, so that a port
   * that is taken costs the group nothing.
   *
   * @throws CommandException if the port is taken or the address is not this machine's
   */
  Listener listen(InferenceService service, PrometheusMeterRegistry registry) {
    if (port == null) {
      return new Listener(Optional.empty(), host);
    }
    try {
      InetSocketAddress address = new InetSocketAddress(host, port);
      return new Listener(Optional.of(HttpEndpoint.listen(address, service, registry)), host);
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
