package dev.millrace.service.command.help;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The group in which the help shows an option, or all options of a class. A field's annotation wins
 * over its class's. Without one, the group is {@link Section#OPTIONS}. picocli's own groups cannot
 * be used, because a mixin cannot be one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface Grouped {

  /** {@return the group} */
  Section value();
}
