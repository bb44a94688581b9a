package dev.millrace.service.command.doctor;

import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import dev.millrace.control.ControlTopic;
import dev.millrace.control.ControlWriter;
import dev.millrace.service.serve.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The smallest set of rights (ACLs) that each command needs on the brokers. In Kafka's authorizer,
 * Read and Write include Describe, and AlterConfigs includes DescribeConfigs.
 */
final class RequiredRights {

  private static final Pattern LITERAL = Pattern.compile("[\\w-]+(?![\\w*?{+-])");
  private static final String LABELS = "labels";
  private static final String ASSUMED = "warns, and assumes Kafka's default limit, 1 MiB a record";

  private final Topics topics;
  private final String group;
  private final String model;

  /**
   * @param topics the topics of the service
   * @param group the consumer group of the service; null for the default, {@code millrace-MODEL}
   * @param model name of the model; null to list rights that are enough for every model
   */
  RequiredRights(Topics topics, String group, String model) {
    this.topics = topics;
    this.group = group == null && model != null ? "millrace-" + model : group;
    this.model = model;
  }

  /** {@return the rights that each command needs, by command} */
  Map<String, List<Right>> byCommand() {
    Map<String, List<Right>> all = new LinkedHashMap<>();
    all.put("serve", serve());
    all.put("serve --guarantee exactly_once_v2, in addition", exactlyOnce());
    all.put("serve -X group.protocol=streams, in addition", streamsProtocol());
    all.put("serve --create-topics, in addition, where topics are missing", createTopics());
    all.put("serve --http, for the page, in addition", page());
    all.put("serve --page-token-file, to promote on the page, in addition", promote());
    all.put("serve --labels-topic " + LABELS + ", in addition", liveLabels());
    all.put("send", send());
    all.put(
        "send --labels-topic " + LABELS + ", in addition", List.of(Right.onTopic(LABELS, WRITE)));
    all.put("tail", List.of(Right.onTopic(topics.output(), READ)));
    all.put("train --labels-topic " + LABELS, train());
    all.put("models promote, models rollback, train --promote-if-better", promote());
    all.put(
        "the first models promote, in addition",
        List.of(
            Right.onTopic(ControlTopic.NAME, CREATE), Right.onTopic(ControlTopic.STATUS, CREATE)));
    all.put("models prune", List.of(Right.onTopic(ControlTopic.NAME, READ)));
    all.put("models status", List.of(Right.onTopic(ControlTopic.STATUS, READ)));
    all.put(
        "models history, models list if a broker is named",
        List.of(Right.onTopic(ControlTopic.NAME, READ), Right.onTopic(ControlTopic.STATUS, READ)));
    all.put("models quantize --calibrate TOPIC, pretrain --images-topic", inputs(READ));
    all.put("dead-letters show", List.of(Right.onTopic(topics.deadLetters(), READ)));
    all.put("dead-letters replay", replay());
    all.put(
        "the first dead-letters replay, in addition", List.of(Right.onTopic(replayLog(), CREATE)));
    all.put("doctor", doctor());
    all.put("the other commands", List.of());
    return all;
  }

  private List<Right> serve() {
    List<Right> rights = new ArrayList<>(inputs(READ));
    rights.add(Right.onTopic(topics.output(), WRITE));
    rights.add(Right.onTopic(topics.deadLetters(), WRITE));
    rights.add(group(ResourceType.GROUP, READ));
    rights.add(Right.onTopic(ControlTopic.NAME, READ));
    inputs(DESCRIBE_CONFIGS)
        .forEach(right -> rights.add(right.orElse("warns, and compares no size limits")));
    rights.add(Right.onTopic(topics.output(), DESCRIBE_CONFIGS).orElse(ASSUMED));
    rights.add(Right.onTopic(topics.deadLetters(), DESCRIBE_CONFIGS).orElse(ASSUMED));
    rights.add(
        Right.onTopic(ControlTopic.NAME, DESCRIBE_CONFIGS)
            .orElse("warns, and does not check that the topic is compacted"));
    rights.add(
        Right.onTopic(ControlTopic.STATUS, WRITE).orElse("warns, and reports no model swaps"));
    return rights;
  }

  private List<Right> exactlyOnce() {
    Right right = group(ResourceType.TRANSACTIONAL_ID, WRITE);
    return List.of(
        group == null
            ? right
            : Right.on(ResourceType.TRANSACTIONAL_ID, group + "-", WRITE).asPrefix());
  }

  private List<Right> streamsProtocol() {
    return List.of(
        group(ResourceType.GROUP, ALTER_CONFIGS)
            .orElse("warns; after a kill, partitions wait 45 s for another instance"));
  }

  private List<Right> createTopics() {
    List<Right> rights = new ArrayList<>();
    topics.inputs().forEach(input -> rights.add(Right.onTopic(input, CREATE)));
    for (String topic :
        List.of(topics.output(), topics.deadLetters(), ControlTopic.NAME, ControlTopic.STATUS)) {
      rights.add(Right.onTopic(topic, CREATE));
    }
    rights.add(Right.onTopic(ControlTopic.STATUS, DESCRIBE));
    return rights;
  }

  /**
   * Returns the rights that the live page needs in addition to the rights of {@link #serve}. The
   * page also reads the input topics, the consumer group and the promoted version. The rights of
   * {@link #serve} already allow this.
   */
  private List<Right> page() {
    return List.of(
        Right.onTopic(topics.deadLetters(), READ).orElse("the page shows no dead letters"),
        Right.onTopic(ControlTopic.STATUS, READ)
            .orElse(
                "the page shows neither swaps nor the trainer's reports, and the metrics lack the"
                    + " accuracy that the trainer measures"));
  }

  private static List<Right> liveLabels() {
    return List.of(
        Right.onTopic(LABELS, READ).orElse("warns, and does not tell which predictions are right"));
  }

  private List<Right> send() {
    List<Right> rights = new ArrayList<>(inputs(WRITE));
    inputs(DESCRIBE_CONFIGS)
        .forEach(right -> rights.add(right.orElse("sends no image larger than 1 MiB")));
    return rights;
  }

  private List<Right> train() {
    List<Right> rights = new ArrayList<>(inputs(READ));
    rights.add(Right.onTopic(LABELS, READ));
    rights.add(Right.onTopic(ControlTopic.STATUS, WRITE).orElse("warns, and reports no progress"));
    return rights;
  }

  private List<Right> promote() {
    return List.of(
        Right.onTopic(ControlTopic.NAME, READ),
        Right.onTopic(ControlTopic.NAME, WRITE),
        champion(),
        Right.onTopic(ControlTopic.STATUS, DESCRIBE),
        Right.onTopic(ControlTopic.NAME, DESCRIBE_CONFIGS)
            .orElse("warns, and does not check that the topic is compacted"));
  }

  private Right champion() {
    return model == null
        ? Right.on(ResourceType.TRANSACTIONAL_ID, ControlWriter.transactionalId(""), WRITE)
            .asPrefix()
        : Right.on(ResourceType.TRANSACTIONAL_ID, ControlWriter.transactionalId(model), WRITE);
  }

  private List<Right> replay() {
    List<Right> rights = new ArrayList<>();
    rights.add(Right.onTopic(topics.deadLetters(), READ));
    rights.addAll(inputs(WRITE));
    rights.add(Right.onTopic(replayLog(), READ));
    rights.add(Right.onTopic(replayLog(), WRITE));
    rights.add(
        Right.on(ResourceType.TRANSACTIONAL_ID, "millrace-replay-" + topics.deadLetters(), WRITE));
    inputs(DESCRIBE_CONFIGS)
        .forEach(right -> rights.add(right.orElse("assumes a limit of 1 MiB per record")));
    rights.add(
        Right.onTopic(topics.deadLetters(), DESCRIBE_CONFIGS)
            .orElse("sends no record larger than 1 MiB"));
    return rights;
  }

  private List<Right> doctor() {
    List<Right> rights = new ArrayList<>();
    for (AclOperation operation : List.of(DESCRIBE, DESCRIBE_CONFIGS)) {
      rights.addAll(inputs(operation));
      rights.add(Right.onTopic(topics.output(), operation));
      rights.add(Right.onTopic(topics.deadLetters(), operation));
      rights.add(Right.onTopic(ControlTopic.NAME, operation));
    }
    rights.add(Right.onTopic(ControlTopic.STATUS, DESCRIBE_CONFIGS));
    String says = "reports the missing right, and runs the other checks";
    return rights.stream().map((Function<Right, Right>) right -> right.orElse(says)).toList();
  }

  private String replayLog() {
    return topics.deadLetters() + ".replayed";
  }

  private Right group(ResourceType type, AclOperation operation) {
    return group == null
        ? Right.on(type, "millrace-", operation).asPrefix()
        : Right.on(type, group, operation);
  }

  /**
   * Returns the right to perform an operation on all input topics. ACLs do not support regular
   * expressions. For {@code --input-pattern}, the right therefore covers all topics whose names
   * begin with the pattern's literal start. If the pattern has no literal start, the right covers
   * all topics.
   */
  private List<Right> inputs(AclOperation operation) {
    if (topics.inputPattern() == null) {
      return topics.inputs().stream().map(input -> Right.onTopic(input, operation)).toList();
    }
    Matcher literal = LITERAL.matcher(topics.inputPattern());
    return topics.inputPattern().contains("|") || !literal.lookingAt()
        ? List.of(Right.onTopic("*", operation))
        : List.of(Right.onTopic(literal.group(), operation).asPrefix());
  }
}
