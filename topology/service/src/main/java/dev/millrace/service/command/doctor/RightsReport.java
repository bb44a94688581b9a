package dev.millrace.service.command.doctor;

import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints the rights that each command needs. */
final class RightsReport {

  private final Map<String, List<Right>> rights;
  private final PrintWriter out;

  RightsReport(Map<String, List<Right>> rights, PrintWriter out) {
    this.rights = rights;
    this.out = out;
  }

  void table() {
    rights.forEach(
        (command, needed) -> {
          out.println(command);
          needed.forEach(right -> out.println("  " + right.line()));
          if (needed.isEmpty()) {
            out.println("  none");
          }
        });
  }

  /** Prints shell commands that grant the rights to a user. */
  void commands(String bootstrapServers, String principal) {
    rights.forEach(
        (command, needed) -> {
          out.println("# " + command + (needed.isEmpty() ? ": none" : ""));
          needed.forEach(right -> out.println(right.command(bootstrapServers, principal)));
        });
  }

  void json() {
    List<Map<String, Object>> lines = new ArrayList<>();
    rights.forEach(
        (command, needed) -> {
          for (Right right : needed) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("command", command);
            line.put("resource", right.type("-"));
            line.put("name", right.resource().name());
            line.put("pattern", right.resource().patternType().name());
            line.put("operation", right.operationName());
            line.put("without", right.without().orElse(null));
            lines.add(line);
          }
        });
    out.println(Json.line(lines));
  }
}
