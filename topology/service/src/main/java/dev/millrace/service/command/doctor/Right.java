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
 * A right that a command needs at the broker.
 *
 * @param resource on what
 * @param operation what to do with it
 * @param without what the command does without it; empty if it fails
 */
record Right(ResourcePattern resource, AclOperation operation, Optional<String> without) {

  static Right on(ResourceType type, String name, AclOperation operation) {
    return new Right(
        new ResourcePattern(type, name, PatternType.LITERAL), operation, Optional.empty());
  }

  static Right onTopic(String name, AclOperation operation) {
    return on(ResourceType.TOPIC, name, operation);
  }

  /** The same, on everything whose name begins so. */
  Right asPrefix() {
    return new Right(
        new ResourcePattern(resource.resourceType(), resource.name(), PatternType.PREFIXED),
        operation,
        without);
  }

  /** The same, which the command can do without. */
  Right orElse(String degradation) {
    return new Right(resource, operation, Optional.of(degradation));
  }

  /** For people to read. */
  String line() {
    String on =
        resource.patternType() == PatternType.PREFIXED ? resource.name() + "*" : resource.name();
    return String.format("%-17s %-16s %s", type(" "), operationName(), on)
        + without.map(what -> "   (without it: " + what + ")").orElse("");
  }

  /** The command of Kafka's that gives it. */
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

  /** As {@code kafka-acls.sh} has it. */
  String type(String between) {
    return resource.resourceType().name().toLowerCase(Locale.ROOT).replace("_", between);
  }

  /** As {@code kafka-acls.sh} has it. */
  String operationName() {
    return Arrays.stream(operation.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
