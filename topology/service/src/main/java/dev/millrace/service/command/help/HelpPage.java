package dev.millrace.service.command.help;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Model.OptionSpec;

/** Lays out the output of {@code --help}: options in groups, within a given width. */
public final class HelpPage {

  private static final int NARROWEST = 55;
  private static final int WIDEST = 120;

  private static final List<String> COMMANDS =
      List.of(SECTION_KEY_COMMAND_LIST_HEADING, SECTION_KEY_COMMAND_LIST);

  /**
   * Matches a short option with its {@code =}. picocli prints {@code -X=KEY=VALUE}, and the help
   * page replaces the first {@code =} by a space.
   */
  private static final Pattern SHORT_OPTION =
      Pattern.compile("(?m)^( *(?:\u001b\\[[\\d;]*m)*-\\w(?:\u001b\\[[\\d;]*m)*)=");

  private HelpPage() {}

  /**
   * Applies the layout to a command and to all commands below it.
   *
   * @param root the command
   * @param columns width of the terminal; the help uses 55 to 120 columns
   */
  public static void layOut(CommandLine root, int columns) {
    root.setUsageHelpWidth(Math.max(NARROWEST, Math.min(WIDEST, columns)));
    group(root);
  }

  private static void group(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .abbreviateSynopsis(true)
        .synopsisSubcommandLabel(command.getCommand() instanceof Callable ? "[COMMAND]" : "COMMAND")
        .descriptionHeading("%n")
        .parameterListHeading("%nArguments:%n")
        .commandListHeading("%nCommands:%n");
    command.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, HelpPage::options);
    command.setHelpSectionKeys(sections(command.getHelpSectionKeys()));
    command.getSubcommands().values().forEach(HelpPage::group);
  }

  /** Moves the list of subcommands before the options. */
  private static List<String> sections(List<String> usual) {
    List<String> keys = new ArrayList<>(usual);
    keys.removeAll(COMMANDS);
    keys.addAll(keys.indexOf(SECTION_KEY_OPTION_LIST_HEADING), COMMANDS);
    return keys;
  }

  /**
   * Prints the options in groups. All groups have the same column widths, because the layout of
   * each group is created from all options of the command.
   */
  private static String options(Help help) {
    StringBuilder text = new StringBuilder();
    List<OptionSpec> all = help.commandSpec().options();
    OptionGroups.of(help.commandSpec())
        .forEach(
            (section, options) -> {
              Layout layout = help.createDefaultLayout(all, List.of(), help.colorScheme());
              layout.addAllOptions(options, help.createDefaultParamLabelRenderer());
              text.append(String.format("%n%s:%n%s", section.title(), layout));
            });
    return SHORT_OPTION.matcher(text).replaceAll("$1 ");
  }
}
