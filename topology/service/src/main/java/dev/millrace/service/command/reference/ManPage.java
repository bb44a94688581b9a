package dev.millrace.service.command.reference;

import dev.millrace.service.command.help.OptionGroups;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes a command's manual page with the macros of man(7). The page has no date, so that two
 * builds of the same sources produce the same page.
 *
 * @param command the command
 * @param version the program's version
 */
record ManPage(CommandSpec command, String version) {

  /** {@return the page's name, such as {@code millrace-models-import}} */
  String name() {
    return command.qualifiedName("-");
  }

  /** {@return the page's source} */
  String source() {
    Roff page = new Roff();
    page.macro("TH", name().toUpperCase(Locale.ROOT), "1", "", version, "Millrace Manual");
    String[] description = command.usageMessage().description();
    page.section("NAME");
    page.text(name() + " - " + description[0].replaceAll("\\.$", ""));
    page.section("SYNOPSIS");
    page.raw(synopsis());
    page.section("DESCRIPTION");
    for (String paragraph : description) {
      page.paragraph(paragraph);
    }
    arguments(page);
    commands(page);
    page.section("OPTIONS");
    OptionGroups.of(command)
        .forEach(
            (section, options) -> {
              page.subsection(section.title());
              options.forEach(option -> option(page, option));
            });
    examples(page);
    page.section("EXIT STATUS");
    page.paragraph("0 success, 1 failure, 2 wrong usage, 130 or 143 after a signal.");
    seeAlso(page);
    return page.toString();
  }

  private String synopsis() {
    StringBuilder synopsis = new StringBuilder(Roff.bold(command.qualifiedName()));
    synopsis.append(" [").append(Roff.italic("OPTIONS")).append(']');
    if (!command.subcommands().isEmpty()) {
      synopsis.append(' ').append(Roff.italic("COMMAND"));
    }
    for (PositionalParamSpec argument : command.positionalParameters()) {
      synopsis.append(' ').append(Roff.italic(argument.paramLabel()));
      synopsis.append(argument.arity().max() > 1 ? "..." : "");
    }
    return synopsis.toString();
  }

  private void arguments(Roff page) {
    if (!command.positionalParameters().isEmpty()) {
      page.section("ARGUMENTS");
      command
          .positionalParameters()
          .forEach(
              argument ->
                  page.item(
                      Roff.italic(argument.paramLabel()),
                      String.join(" ", argument.description())));
    }
  }

  private void commands(Roff page) {
    List<CommandSpec> below = below();
    if (!below.isEmpty()) {
      page.section("COMMANDS");
      below.forEach(one -> page.item(Roff.bold(one.name()), one.usageMessage().description()[0]));
    }
  }

  private List<CommandSpec> below() {
    return command.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .filter(one -> !one.usageMessage().hidden())
        .toList();
  }

  private static void option(Roff page, OptionSpec option) {
    String value = OptionText.value(option);
    String term = Roff.bold(OptionText.names(option));
    if (!value.isEmpty()) {
      term += value.charAt(0) + Roff.italic(value.substring(1));
    }
    page.item(term, String.join(" ", option.description()));
  }

  private void examples(Roff page) {
    if (command.parent() != null) {
      page.section("EXAMPLES");
      page.lines(List.of(command.usageMessage().footer()));
    }
  }

  private void seeAlso(Roff page) {
    List<String> names =
        command.parent() == null
            ? below().stream().map(one -> one.qualifiedName("-")).toList()
            : List.of(command.parent().qualifiedName("-"));
    page.section("SEE ALSO");
    page.raw(names.stream().map(name -> Roff.bold(name) + "(1)").collect(Collectors.joining(", ")));
  }
}
