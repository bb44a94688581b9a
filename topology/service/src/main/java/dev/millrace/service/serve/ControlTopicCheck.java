package dev.millrace.service.serve;

import dev.millrace.control.ControlTopic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes sure that the control topic has one partition and keeps the last promotion of each model.
 * Services read only one partition of the topic. If a broker deleted old records, the record that
 * says which version serves could be lost. Used by one thread.
 */
public final class ControlTopicCheck {

  private static final ConfigResource CONTROL =
      new ConfigResource(ConfigResource.Type.TOPIC, ControlTopic.NAME);
  private static final AlterConfigOp COMPACT =
      new AlterConfigOp(
          new ConfigEntry(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT),
          AlterConfigOp.OpType.SET);

  private final Admin admin;
  private final String bootstrapServers;
  private final Consumer<String> warnings;

  /**
   * Creates the check.
   *
   * @param admin describes and changes the topic; the caller closes it
   * @param bootstrapServers the brokers' addresses, for the commands in the messages
   * @param warnings receives one line if the topic was repaired or cannot be checked
   */
  public ControlTopicCheck(Admin admin, String bootstrapServers, Consumer<String> warnings) {
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
    this.warnings = warnings;
  }

  /**
   * If the topic's cleanup policy is not {@code compact}, sets it to {@code compact} and warns.
   * Does nothing if the topic does not exist. If the user has no right to describe the topic, this
   * method warns and returns.
   *
   * @throws StartRefusedException if the topic has several partitions, or if the policy differs and
   *     the user has no right to change it
   */
  public void repair() {
    try {
      partitionsProblem().ifPresent(this::refuse);
      Optional<String> policy = wrongPolicy();
      if (policy.isPresent()) {
        setCompact(policy.get());
      }
    } catch (AuthorizationException e) {
      warnUnknown(e);
    }
  }

  /**
   * {@return the problem that {@link #repair} would repair or refuse, with the command that solves
   * it; empty if there is none} Changes nothing.
   */
  public Optional<String> problem() {
    Optional<String> partitions = partitionsProblem();
    return partitions.isPresent() ? partitions : wrongPolicy().map(this::policyProblem);
  }

  /**
   * {@return a problem of the status topic, with the command that solves it; empty if there is
   * none} A problem of the status topic does not stop a service, because a service can run without
   * this topic.
   */
  public Optional<String> statusProblem() {
    ConfigResource status = new ConfigResource(ConfigResource.Type.TOPIC, ControlTopic.STATUS);
    return policies(status)
        .filter(policies -> policies.contains(TopicConfig.CLEANUP_POLICY_COMPACT))
        .map(
            policies ->
                "cleanup.policy="
                    + String.join(",", policies)
                    + " keeps only the last report of each model; "
                    + alter(ControlTopic.STATUS, TopicConfig.CLEANUP_POLICY_DELETE)
                    + " keeps all reports until retention.ms");
  }

  private void refuse(String problem) {
    throw new StartRefusedException("topic '" + ControlTopic.NAME + "': " + problem);
  }

  private Optional<String> partitionsProblem() {
    try {
      int partitions =
          Answer.of(admin.describeTopics(List.of(ControlTopic.NAME)).allTopicNames())
              .get(ControlTopic.NAME)
              .partitions()
              .size();
      return partitions == 1
          ? Optional.empty()
          : Optional.of(
              "it has "
                  + partitions
                  + " partitions instead of one, and Kafka cannot remove any; delete the topic with"
                  + " 'kafka-topics.sh --bootstrap-server "
                  + bootstrapServers
                  + " --delete --topic "
                  + ControlTopic.NAME
                  + "' and promote each model again");
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty(); // the first promotion creates the topic
    }
  }

  private Optional<String> wrongPolicy() {
    return policies(CONTROL)
        .filter(policies -> !policies.equals(List.of(TopicConfig.CLEANUP_POLICY_COMPACT)))
        .map(policies -> String.join(",", policies));
  }

  private Optional<List<String>> policies(ConfigResource topic) {
    try {
      String value =
          Answer.of(admin.describeConfigs(Set.of(topic)).values().get(topic))
              .get(TopicConfig.CLEANUP_POLICY_CONFIG)
              .value();
      return Optional.of(List.of(value.split(",")));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  private void setCompact(String before) {
    Map<ConfigResource, Collection<AlterConfigOp>> change = Map.of(CONTROL, List.of(COMPACT));
    try {
      Answer.of(admin.incrementalAlterConfigs(change).all());
      warnings.accept(
          "topic "
              + ControlTopic.NAME
              + " had cleanup.policy="
              + before
              + ", which deletes old promotions; the topic has "
              + TopicConfig.CLEANUP_POLICY_COMPACT
              + " now");
    } catch (AuthorizationException | PolicyViolationException e) {
      throw new StartRefusedException(
          "topic '" + ControlTopic.NAME + "': " + policyProblem(before), e);
    }
  }

  private String policyProblem(String policy) {
    return "cleanup.policy="
        + policy
        + " deletes old promotions; set it with "
        + alter(ControlTopic.NAME, TopicConfig.CLEANUP_POLICY_COMPACT);
  }

  private String alter(String topic, String policy) {
    return "'kafka-configs.sh --bootstrap-server "
        + bootstrapServers
        + " --alter --entity-type topics --entity-name "
        + topic
        + " --add-config cleanup.policy="
        + policy
        + "'";
  }

  private void warnUnknown(AuthorizationException e) {
    warnings.accept(
        "cannot check whether topic "
            + ControlTopic.NAME
            + " keeps promotions, because this user has no right to describe it ("
            + e.getMessage()
            + "); allow DESCRIBE and DESCRIBE_CONFIGS of the topic");
  }
}
