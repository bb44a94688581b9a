package dev.millrace.service.command.help;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The group in which the help shows an option, or all options of a class. The annotation of a field
 * overrides the annotation of its class. Without an annotation, the group is {@link
 * Section#OPTIONS}. picocli's own argument groups do not work here, because a mixin cannot be an
 * argument group.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface Grouped {

  /** {@return the group} */
  Section value();
}
