package dev.millrace.service.command.options;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.page.PageConfig;
import dev.millrace.service.page.PageTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A mixin of options for the live page. */
@Grouped(Section.HTTP)
public final class PageOptions {

  /** The value of an option that turns something on or off. */
  private enum Switch {
    ON,
    OFF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Converts the text {@code on} or {@code off} to a value. */
    static final class Converter extends LabelConverter<Switch> {
      Converter() {
        super(Switch.class);
      }
    }
  }

  @Option(
      names = "--page",
      paramLabel = "SWITCH",
      converter = Switch.Converter.class,
      description =
          "Serve the live page at /page: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})."
              + " Without --page-token-file, the page answers on loopback addresses only.")
  private Switch page = Switch.ON;

  @Option(
      names = "--page-thumbnails",
      paramLabel = "SWITCH",
      converter = Switch.Converter.class,
      description =
          "Show the images on the page: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Switch thumbnails = Switch.ON;

  @Option(
      names = "--page-token-file",
      paramLabel = "FILE",
      description =
          "File of access tokens, one TOKEN or NAME TOKEN per line. A token opens the page and"
              + " allows promotions and rollbacks. With this file, the page also answers on"
              + " addresses other than loopback.")
  private Path tokenFile;

  @Option(
      names = "--http-allowed-host",
      paramLabel = "HOST",
      split = ",",
      description =
          "Host name under which browsers may open the page, besides localhost. May be repeated.")
  private List<String> allowedHosts = List.of();

  /**
   * {@return the settings of the page, or empty with {@code --page off}}
   *
   * @throws IllegalArgumentException if {@code --page-token-file} has no valid token
   */
  public Optional<PageConfig> config() {
    if (page == Switch.OFF) {
      return Optional.empty();
    }
    return Optional.of(
        new PageConfig(
            thumbnails == Switch.ON,
            tokenFile == null ? null : PageTokens.read(tokenFile),
            allowedHosts.stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet()),
            id -> Optional.empty()));
  }
}
