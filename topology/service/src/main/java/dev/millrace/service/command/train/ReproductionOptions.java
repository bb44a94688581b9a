package dev.millrace.service.command.train;

import dev.millrace.service.command.help.OptionGroups;
import dev.millrace.service.command.help.Section;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code train} that have an effect together with {@code --reproduce}. */
final class ReproductionOptions {

  private static final Set<Section> GROUPS =
      Set.of(Section.MODEL, Section.S3, Section.OPTIONS, Section.COMMON);

  private static final Set<String> OTHERS = Set.of("--reproduce", "--data", "--run", "--json");

  private ReproductionOptions() {}

  /**
   * Refuses all other options. Options in the file of {@code --config} are not refused, because the
   * file may also be for other trainings.
   *
   * @param train the command, which has parsed a command line
   * @throws IllegalArgumentException if the command line has an option without an effect
   */
  static void requireNoOthers(CommandSpec train) {
    OptionGroups.of(train)
        .forEach(
            (section, options) -> {
              if (!GROUPS.contains(section)) {
                options.forEach(option -> requireEffect(option, train));
              }
            });
  }

  private static void requireEffect(OptionSpec option, CommandSpec train) {
    String name = option.longestName();
    if (!OTHERS.contains(name) && train.commandLine().getParseResult().hasMatchedOption(option)) {
      throw new IllegalArgumentException(
          name
              + " cannot be combined with --reproduce, because the version's manifest holds all"
              + " options of its training; leave out "
              + name);
    }
  }
}
