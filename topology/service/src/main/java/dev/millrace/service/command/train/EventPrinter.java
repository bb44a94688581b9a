package dev.millrace.service.command.train;

import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.output.Progress;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** Prints a training's events without disturbing its progress bar. */
final class EventPrinter {

  private final PrintWriter out;
  private final PrintWriter err;
  private final String name;
  private final boolean json;

  /**
   * @param command the command, whose name begins each warning
   * @param json whether an event is a JSON object instead of text
   */
  EventPrinter(CommandLine command, boolean json) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.name = command.getCommandSpec().qualifiedName();
    this.json = json;
  }

  /**
   * Prints an event to standard output.
   *
   * @param progress the progress bar
   * @param event name of the event in JSON
   * @param figures the event's other fields in JSON
   * @param line the event as text
   */
  void tell(Progress progress, String event, Map<String, Object> figures, String line) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("event", event);
    all.putAll(figures);
    progress.print(
        () -> {
          out.println(json ? Json.line(all) : line);
          out.flush();
        });
  }

  /**
   * Prints a warning to standard error, as one line. Each control character becomes a space,
   * because a warning may hold keys and labels of records, which any producer can choose.
   */
  void warn(Progress progress, String what) {
    String line = what.replaceAll("\\p{Cc}", " ");
    progress.print(
        () -> {
          err.println(name + ": " + line);
          err.flush();
        });
  }
}
