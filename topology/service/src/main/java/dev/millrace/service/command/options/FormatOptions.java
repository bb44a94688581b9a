package dev.millrace.service.command.options;

import dev.millrace.events.ImageField;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.OutputFormat;
import picocli.CommandLine.Option;

/** The formats of the events that a service reads and writes: a mixin of options. */
public final class FormatOptions {

  @Grouped(Section.TOPICS)
  @Option(
      names = "--image-field",
      paramLabel = "FIELD",
      defaultValue = "image",
      description =
          "Field that holds the image in JSON and in other formats with fields. A dot leads into an"
              + " object, such as payload.image (default: ${DEFAULT-VALUE}).")
  private String imageField;

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
   * @throws IllegalArgumentException if {@code --image-field} is not the name of a field
   */
  public EventFormats formats() {
    return new EventFormats(ImageField.of(imageField), outputFormat);
  }

  /** Converts the command line's value. */
  static final class Converter extends LabelConverter<OutputFormat> {
    Converter() {
      super(OutputFormat.class);
    }
  }
}
