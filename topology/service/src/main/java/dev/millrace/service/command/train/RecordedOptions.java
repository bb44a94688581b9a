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

/**
 * The options of {@code train} that determine the result of a training. The manifests of the
 * trained versions record these options.
 */
final class RecordedOptions {

  /**
   * The groups of options that are recorded as a whole. All options of these groups determine the
   * result, and none of them holds a secret. The groups of the training method are missing, because
   * their recorded values come from {@link WrittenRecipe}. An option of these groups that the user
   * did not give has the recipe's value.
   */
  private static final Set<Section> GROUPS =
      Set.of(Section.NETWORK, Section.TRANSFER, Section.PREPROCESSING);

  private static final Set<String> OTHERS = Set.of("--seed", "--threads", "--device", "--bf16");

  private RecordedOptions() {}

  /**
   * {@return the values of the recorded options, including default values, under the keys of the
   * {@code --config} file}
   *
   * @param config the configuration that was created from the options
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
    // A version from which the training starts may pass its normalisation on.
    options.put("mean", text(config.preprocessing().mean()));
    options.put("std", text(config.preprocessing().std()));
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
    // Of the options for the data, only the options that DataOptions itself declares are recorded.
    // Its mixins hold the connections to topics, which may contain secrets.
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
