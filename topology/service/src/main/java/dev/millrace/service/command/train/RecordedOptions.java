package dev.millrace.service.command.train;

import dev.millrace.service.command.help.OptionGroups;
import dev.millrace.service.command.help.Section;
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

  /** Groups whose options all determine the result. None of them holds a secret. */
  private static final Set<Section> GROUPS =
      Set.of(Section.NETWORK, Section.OPTIMIZATION, Section.TRANSFER, Section.PREPROCESSING);

  private static final Set<String> OTHERS = Set.of("--seed", "--threads", "--device");

  private RecordedOptions() {}

  /**
   * {@return the values of the options, also of those with their default, under the names that a
   * file of options uses}
   */
  static Map<String, String> of(CommandSpec train) {
    Map<String, String> options = new TreeMap<>();
    OptionGroups.of(train)
        .forEach(
            (section, members) -> {
              for (OptionSpec option : members) {
                if (option.getValue() != null && isRecorded(section, option)) {
                  options.put(option.longestName().substring(2), text(option.getValue()));
                }
              }
            });
    return options;
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
