package dev.millrace.service.command.options;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.OutputFormat;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A mixin of options for the formats of the events that a service reads and writes. */
public final class FormatOptions {

  @Mixin private EventOptions events;

  @Grouped(Section.PREDICTIONS)
  @Option(
      names = "--output-format",
      paramLabel = "FORMAT",
      converter = Converter.class,
      description =
          "Format of the predictions: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private OutputFormat outputFormat = OutputFormat.JSON;

  /**
   * {@return the formats that the options name}
   *
   * @throws IllegalArgumentException if a value is not valid, or {@code --schema-registry} is
   *     missing
   */
  public EventFormats formats() {
    return new EventFormats(events.keys(), outputFormat);
  }

  /** Converts the value of {@code --output-format}. */
  static final class Converter extends LabelConverter<OutputFormat> {
    Converter() {
      super(OutputFormat.class);
    }
  }
}
