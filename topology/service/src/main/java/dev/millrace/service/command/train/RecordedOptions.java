package dev.millrace.service.command.train;

import dev.millrace.core.training.TrainingConfig;
import dev.millrace.service.command.help.OptionGroups;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code train} that determine its result, for the manifests of its versions. */
final class RecordedOptions {

  /**
   * Groups whose options all determine the result. None of them holds a secret. The groups of the
   * recipe are missing, because options of these groups that were not given have the recipe's
   * values.
   */
  private static final Set<Section> GROUPS =
      Set.of(Section.NETWORK, Section.TRANSFER, Section.PREPROCESSING);

  private static final Set<String> OTHERS = Set.of("--seed", "--threads", "--device");

  private RecordedOptions() {}

  /**
   * {@return the values of the options, including default values, under the names that the {@code
   * --config} file uses}
   *
   * @param config the configuration that the options gave
   */
  static Map<String, String> of(CommandSpec train, TrainingConfig config) {
    Map<String, String> options = new TreeMap<>();
    OptionGroups.of(train)
        .forEach(
            (section, members) -> {
              for (OptionSpec option : members) {
                if (isRecorded(section, option) && isSet(option.getValue())) {
                  options.put(option.longestName().substring(2), text(option.getValue()));
                }
              }
            });
    WrittenRecipe.of(config).forEach(option -> add(option, options));
    return options;
  }

  /** Adds an option in the form of the command line, {@code --name=value} or {@code --name}. */
  private static void add(String written, Map<String, String> options) {
    String option = written.substring(2);
    int equals = option.indexOf('=');
    if (equals >= 0) {
      options.put(option.substring(0, equals), option.substring(equals + 1));
    } else if (option.startsWith("no-")) {
      options.put(option.substring(3), "false");
    } else {
      options.put(option, "true");
    }
  }

  /**
   * {@return recorded options as arguments of a command line}
   *
   * @throws CommandException if this release does not have one of the options
   */
  static List<String> arguments(Map<String, String> options, CommandSpec train) {
    return options.entrySet().stream()
        .map(entry -> argument(entry.getKey(), entry.getValue(), train))
        .toList();
  }

  private static String argument(String name, String value, CommandSpec train) {
    OptionSpec option = train.findOption("--" + name);
    if (option == null) {
      throw new CommandException(
          "the version was trained with the option --"
              + name
              + ", which this release does not have; use the release that trained it");
    }
    if (option.negatable()) {
      return Boolean.parseBoolean(value) ? "--" + name : "--no-" + name;
    }
    return "--" + name + "=" + value;
  }

  private static boolean isSet(Object value) {
    return value != null && !(value instanceof List<?> list && list.isEmpty());
  }

  private static boolean isRecorded(Section section, OptionSpec option) {
    // The mixins of DataOptions hold the connections to topics, which may contain secrets.
    return GROUPS.contains(section)
        || OTHERS.contains(option.longestName())
        || ((Field) option.userObject()).getDeclaringClass() == DataOptions.class;
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(Object::toString).collect(Collectors.joining(","))
        : value.toString();
  }
}
