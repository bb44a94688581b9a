package dev.millrace.service.command.doctor;

import dev.millrace.control.ControlTopic;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.PatternCheck;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicComparison;
import dev.millrace.service.serve.TopicConfigs;
import dev.millrace.service.serve.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.AuthorizationException;
import picocli.CommandLine.ParameterException;

/** Checks the broker and its topics, without changing them. */
final class BrokerChecks {

  private final Topics topics;
  private final int maxRecordBytes;
  private final long predictionBytes;

  /**
   * @param topics the topics of the service
   * @param maxRecordBytes size of the largest image record that the service accepts, in bytes
   * @param predictionBytes approximate size of the model's largest prediction, in bytes; 0 if the
   *     size is unknown
   */
  BrokerChecks(Topics topics, int maxRecordBytes, long predictionBytes) {
    this.topics = topics;
    this.maxRecordBytes = maxRecordBytes;
    this.predictionBytes = predictionBytes;
  }

  /**
   * Runs all checks.
   *
   * @param names the topics that must exist
   * @return the findings, in the order of the checks
   */
  List<Finding> of(KafkaOptions kafka, List<String> names) {
    List<Finding> findings = new ArrayList<>();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
      findings.add(Finding.ok("broker", kafka.bootstrapServers() + " answers"));
      for (String topic : names) {
        findings.add(topic(cluster, topic));
      }
      new PatternCheck(cluster.admin())
          .problem(topics, ServiceConfig.NEW_TOPICS_AFTER)
          .ifPresent(why -> findings.add(Finding.warning("input", why)));
      compare(cluster, names, warn(findings)).forEach(warn(findings));
      ControlTopicCheck control =
          new ControlTopicCheck(cluster.admin(), kafka.bootstrapServers(), warn(findings));
      problem(control::problem)
          .ifPresent(why -> findings.add(Finding.missing("topic " + ControlTopic.NAME, why)));
      problem(control::statusProblem)
          .ifPresent(why -> findings.add(Finding.warning("topic " + ControlTopic.STATUS, why)));
    } catch (ParameterException e) {
      throw e; // the command line is wrong, not the broker
    } catch (RuntimeException e) {
      findings.add(Finding.missing("broker", Failure.of(e).line()));
    }
    return findings;
  }

  private static Finding topic(Cluster cluster, String topic) {
    try {
      cluster.requireTopics(Set.of(topic));
      return Finding.ok("topic " + topic, "is there");
    } catch (CommandException | AuthorizationException e) {
      return Finding.missing("topic " + topic, Failure.of(e).line());
    }
  }

  private List<String> compare(Cluster cluster, List<String> names, Consumer<String> warnings) {
    return new TopicComparison(
            topics,
            TopicConfigs.of(cluster.admin(), names, warnings),
            maxRecordBytes,
            predictionBytes)
        .findings();
  }

  private static Consumer<String> warn(List<Finding> findings) {
    return line -> findings.add(Finding.warning("topic limits", line));
  }

  /**
   * Runs a check and returns the problem that it finds. If the user does not have the right to
   * describe the topic, the returned problem says so.
   */
  private static Optional<String> problem(Supplier<Optional<String>> check) {
    try {
      return check.get();
    } catch (AuthorizationException e) {
      return Optional.of(Failure.of(e).line());
    }
  }
}
