package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ParsedOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine.ParameterException;

/** What the doctor says of a broker and its topics. */
@Tag("broker")
class BrokerChecksTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

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
  void brokerThatIsAway_isMissing_andNoTopicIsLookedFor() {
    assertThat(check("127.0.0.1:1", "images"))
        .singleElement()
        .satisfies(
            broker -> {
              assertThat(broker.check()).isEqualTo("broker");
              assertThat(broker.isFailure()).isTrue();
              assertThat(broker.detail()).contains("cannot reach a broker at 127.0.0.1:1");
            });
  }

  @Test
  void wrongOption_isNoFindingAboutTheBroker() {
    KafkaOptions wrong = ParsedOptions.kafka(Map.of(), "-X", "no.such.key=1");

    assertThatThrownBy(() -> BrokerChecks.of(wrong, List.of()))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("no.such.key");
  }

  private static List<Finding> check(String bootstrapServers, String... topics) {
    Map<String, String> impatient =
        Map.of("request.timeout.ms", "200", "default.api.timeout.ms", "300");
    KafkaOptions kafka =
        ParsedOptions.kafka(
            bootstrapServers.equals(BROKER.bootstrapServers()) ? Map.of() : impatient,
            "--bootstrap-servers",
            bootstrapServers);
    return BrokerChecks.of(kafka, List.of(topics));
  }
}
