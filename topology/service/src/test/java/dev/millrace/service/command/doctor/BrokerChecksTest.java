package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ParsedOptions;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import picocli.CommandLine.ParameterException;

/** Tests the findings about a broker and its topics. */
@Tag("broker")
@ResourceLock("millrace.models") // the control topic of the shared broker
class BrokerChecksTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private static final BrokerChecks CHECKS =
      new BrokerChecks(
          Topics.of("checked-in", "checked-out"), ServiceConfig.DEFAULT_MAX_RECORD_BYTES, 0);

  @Test
  void topics_areThere_orMissing() throws Exception {
    BROKER.createTopic("checked", Map.of());

    assertThat(check(BROKER.bootstrapServers(), "checked", "unmade"))
        .satisfiesExactly(
            broker ->
                assertThat(broker)
                    .isEqualTo(Finding.ok("broker", BROKER.bootstrapServers() + " answers")),
            topic -> assertThat(topic).isEqualTo(Finding.ok("topic checked", "is there")),
            topic -> {
              assertThat(topic.check()).isEqualTo("topic unmade");
              assertThat(topic.isFailure()).isTrue();
              assertThat(topic.detail()).contains("--create-topics");
            });
  }

  @Test
  void limitsThatDoNotFit_areWarnings() throws Exception {
    BROKER.createTopic("checked-in", Map.of("max.message.bytes", "2000000"));
    BROKER.createTopic("checked-in.dead-letters", Map.of("max.message.bytes", "2000000"));

    List<Finding> findings =
        check(BROKER.bootstrapServers(), "checked-in", "checked-in.dead-letters");

    assertThat(findings).noneMatch(Finding::isFailure);
    assertThat(findings)
        .filteredOn(finding -> finding.state() == Finding.State.WARNING)
        .extracting(Finding::detail)
        .anyMatch(line -> line.contains("more than --max-record-bytes 1048588"))
        .anyMatch(line -> line.contains("--add-config max.message.bytes=2065536"));
  }

  @Test
  void controlTopicThatForgets_isMissing_andLeftAsItIs() throws Exception {
    TopicCreation.createControl(BROKER.admin());
    String control = "millrace.models";
    BROKER.configure(control, "cleanup.policy", "delete");
    try {
      assertThat(check(BROKER.bootstrapServers()))
          .filteredOn(Finding::isFailure)
          .singleElement()
          .satisfies(
              finding ->
                  assertThat(finding.detail())
                      .contains("cleanup.policy=delete deletes old promotions"));
      assertThat(BROKER.configuration(control, "cleanup.policy")).isEqualTo("delete");
    } finally {
      BROKER.configure(control, "cleanup.policy", "compact");
    }
  }

  @Test
  void brokerThatIsAway_isMissing_andNoTopicIsLookedFor() {
    assertThat(check("127.0.0.1:1", "images"))
        .singleElement()
        .satisfies(
            broker -> {
              assertThat(broker.check()).isEqualTo("broker");
              assertThat(broker.isFailure()).isTrue();
              assertThat(broker.detail()).contains("no answer from a broker at 127.0.0.1:1");
            });
  }

  @Test
  void wrongOption_isNoFindingAboutTheBroker() {
    KafkaOptions wrong = ParsedOptions.kafka(Map.of(), "-X", "no.such.key=1");

    assertThatThrownBy(() -> CHECKS.of(wrong, List.of()))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("no.such.key");
  }

  @Test
  void patternThatMatchesNoTopic_isAWarning() {
    Topics topics = new Topics(List.of(), "no-such-cam-.*", "out", "dead");
    KafkaOptions kafka =
        ParsedOptions.kafka(Map.of(), "--bootstrap-servers", BROKER.bootstrapServers());

    assertThat(new BrokerChecks(topics, 1 << 20, 0).of(kafka, List.of()))
        .filteredOn(finding -> finding.check().equals("input"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.state()).isEqualTo(Finding.State.WARNING);
              assertThat(finding.detail()).contains("no topic matches", "/no-such-cam-.*/");
            });
  }

  private static List<Finding> check(String bootstrapServers, String... topics) {
    Map<String, String> impatient =
        Map.of("request.timeout.ms", "200", "default.api.timeout.ms", "300");
    KafkaOptions kafka =
        ParsedOptions.kafka(
            bootstrapServers.equals(BROKER.bootstrapServers()) ? Map.of() : impatient,
            "--bootstrap-servers",
            bootstrapServers);
    return CHECKS.of(kafka, List.of(topics));
  }
}
