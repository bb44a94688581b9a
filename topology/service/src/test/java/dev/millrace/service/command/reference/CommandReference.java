package dev.millrace.service.command.reference;

import dev.millrace.service.command.CommandTree;
import dev.millrace.service.command.help.OptionGroups;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.ConfigFile;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes the commands and their options as Markdown, from picocli's model. */
final class CommandReference {

  private final StringBuilder page = new StringBuilder();

  static String markdown() {
    CommandLine root = CommandTree.root();
    root.setDefaultValueProvider(new ConfigFile(Map.of()));
    CommandReference reference = new CommandReference();
    CommandTree.all(root)
        .filter(command -> !command.usageMessage().hidden())
        .forEach(reference::add);
    return reference.page.toString();
  }

  private void add(CommandSpec command) {
    page.append("### `").append(command.qualifiedName()).append("`\n\n");
    for (String line : command.usageMessage().description()) {
      page.append(line).append("\n\n");
    }
    if (!command.positionalParameters().isEmpty()) {
      table(
          "argument",
          command.positionalParameters().stream()
              .map(argument -> row(argument.paramLabel(), argument.description()))
              .toList());
    }
    OptionGroups.of(command)
        .forEach(
            (section, options) -> {
              if (section != Section.COMMON || command.parent() == null) {
                table(section.title(), options.stream().map(CommandReference::row).toList());
              }
            });
    if (command.parent() != null) {
      page.append("```\n")
          .append(
              List.of(command.usageMessage().footer()).stream()
                  .map(String::strip)
                  .collect(Collectors.joining("\n")))
          .append("\n```\n\n");
    }
  }

  private static String row(OptionSpec option) {
    return row(OptionText.names(option) + OptionText.value(option), option.description());
  }

  private static String row(String name, String[] description) {
    return "| `%s` | %s |%n"
        .formatted(name.replace("|", "\\|"), String.join(" ", description).replace("|", "\\|"));
  }

  private void table(String heading, List<String> rows) {
    page.append("| ").append(heading).append(" | |\n|---|---|\n");
    rows.forEach(page::append);
    page.append('\n');
  }
}
