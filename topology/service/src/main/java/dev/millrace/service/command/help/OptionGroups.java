package dev.millrace.service.command.help;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Groups the visible options of a command. */
public final class OptionGroups {

  private OptionGroups() {}

  /**
   * {@return a command's visible options by group, in the order in which the help shows them}
   *
   * @param command a command whose options are annotated fields
   */
  public static Map<Section, List<OptionSpec>> of(CommandSpec command) {
    Map<Section, List<OptionSpec>> groups = new EnumMap<>(Section.class);
    command.options().stream()
        .filter(option -> !option.hidden())
        // Required options come first. The other options keep the order of their declaration.
        .sorted(Comparator.comparing(option -> !option.required()))
        .forEach(
            option ->
                groups.computeIfAbsent(section(option), any -> new ArrayList<>()).add(option));
    return groups;
  }

  private static Section section(OptionSpec option) {
    Field field = (Field) option.userObject();
    Grouped own = field.getAnnotation(Grouped.class);
    Grouped ofClass = field.getDeclaringClass().getAnnotation(Grouped.class);
    if (own != null) {
      return own.value();
    }
    return ofClass == null ? Section.OPTIONS : ofClass.value();
  }
}
