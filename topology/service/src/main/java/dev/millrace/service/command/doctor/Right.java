package dev.millrace.service.command.doctor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A right (ACL) that a command needs on the brokers.
 *
 * @param resource the resource, for example a topic
 * @param operation the operation that the right allows
 * @param without the behaviour of the command if the user lacks the right; empty if the command
 *     fails
 */
record Right(ResourcePattern resource, AclOperation operation, Optional<String> without) {

  static Right on(ResourceType type, String name, AclOperation operation) {
    return new Right(
        new ResourcePattern(type, name, PatternType.LITERAL), operation, Optional.empty());
  }

  static Right onTopic(String name, AclOperation operation) {
    return on(ResourceType.TOPIC, name, operation);
  }

  /** {@return this right on all resources whose names begin with the name of this resource} */
  Right asPrefix() {
    return new Right(
        new ResourcePattern(resource.resourceType(), resource.name(), PatternType.PREFIXED),
        operation,
        without);
  }

  /**
   * {@return this right, marked as optional, because the command also works without the right}
   *
   * @param degradation the behaviour of the command if the user lacks the right
   */
  Right orElse(String degradation) {
    return new Right(resource, operation, Optional.of(degradation));
  }

  /** {@return the right as one line of text} */
  String line() {
    String on =
        resource.patternType() == PatternType.PREFIXED ? resource.name() + "*" : resource.name();
    return String.format("%-17s %-16s %s", type(" "), operationName(), on)
        + without.map(what -> "   (without it: " + what + ")").orElse("");
  }

  /** {@return the {@code kafka-acls.sh} command that grants the right} */
  String command(String bootstrapServers, String principal) {
    return "kafka-acls.sh --bootstrap-server "
        + bootstrapServers
        + " --add --allow-principal "
        + quoted(principal)
        + " --operation "
        + operationName()
        + " --"
        + type("-")
        + " "
        + quoted(resource.name())
        + (resource.patternType() == PatternType.PREFIXED
            ? " --resource-pattern-type prefixed"
            : "")
        + without.map(what -> "   # without it: " + what).orElse("");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /**
   * {@return the name of the resource's type, in lower case}
   *
   * @param between the separator between two words of the name
   */
  String type(String between) {
    return resource.resourceType().name().toLowerCase(Locale.ROOT).replace("_", between);
  }

  /** {@return the operation's name in {@code kafka-acls.sh}} */
  String operationName() {
    return Arrays.stream(operation.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
