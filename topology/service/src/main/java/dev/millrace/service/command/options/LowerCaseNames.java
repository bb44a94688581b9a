package dev.millrace.service.command.options;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The constants of an enum in lower case, for the help and for shell completion. */
public abstract class LowerCaseNames extends AbstractList<String> {

  private final List<String> names;

  /**
   * Lists the constants in the order of their declaration.
   *
   * @param type the enum
   */
  protected LowerCaseNames(Class<? extends Enum<?>> type) {
    this.names =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
            .toList();
  }

  @Override
  public String get(int index) {
    return names.get(index);
  }

  @Override
  public int size() {
    return names.size();
  }
}
