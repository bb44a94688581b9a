package dev.millrace.service.command.doctor;

import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.options.KafkaOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ParameterException;

/** Looks at the broker and its topics. */
final class BrokerChecks {

  private BrokerChecks() {}

  static List<Finding> of(KafkaOptions kafka, List<String> topics) {
    List<Finding> findings = new ArrayList<>();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
      findings.add(Finding.ok("broker", kafka.bootstrapServers() + " answers"));
      for (String topic : topics) {
        findings.add(topic(cluster, topic));
      }
    } catch (ParameterException e) {
      throw e; // not the broker is wrong but the command line
    } catch (RuntimeException e) {
      findings.add(Finding.missing("broker", Failure.of(e).line()));
    }
    return findings;
  }

  private static Finding topic(Cluster cluster, String topic) {
    try {
      cluster.requireTopics(Set.of(topic));
      return Finding.ok("topic " + topic, "is there");
    } catch (CommandException e) {
      return Finding.missing("topic " + topic, e.getMessage());
    }
  }
}
