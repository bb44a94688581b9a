package dev.millrace.service.command.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("broker")
class DeadLettersOnBrokerTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @Test
  void show_listsReasonsAndSources() throws Exception {
    fill("shown");

    List<String> all = run("show", "shown.dead").succeeded().outLines();
    CapturedRun some = run("show", "shown.dead", "--reason", "too.large", "--json").succeeded();

    assertThat(all).hasSize(3);
    assertThat(all.get(0)).contains("  a ", "shown.dead-0@0", "from shown-0@10", "no image");
    JsonNode only = some.json();
    assertThat(only.get("key").asText()).isEqualTo("b");
    assertThat(only.get("source").asText()).isEqualTo("shown-0@11");
    assertThat(only.get("reason").asText()).isEqualTo("too large");
    assertThat(run("show", "shown.dead", "--count", "2").succeeded().outLines()).hasSize(2);
    assertThat(run("show", "shown.dead", "--key", "c").succeeded().outLines()).hasSize(1);
  }

  @Test
  void replay_sendsEachOnceWhateverIsAskedFor() throws Exception {
    fill("fixed");

    assertThat(run("replay", "fixed.dead", "--dry-run").succeeded().out())
        .contains("fixed.dead: 3 would be sent again");
    assertThat(BROKER.records("fixed")).isEmpty();
    assertThat(run("replay", "fixed.dead", "--reason", "large").succeeded().out())
        .isEqualToIgnoringNewLines("fixed.dead: 1 sent again");
    assertThat(run("replay", "fixed.dead", "--key", "b").succeeded().out())
        .isEqualToIgnoringNewLines("fixed.dead: 0 sent again, 1 sent again before");
    assertThat(run("replay", "fixed.dead", "--json").succeeded().json().get("replayed").asInt())
        .isEqualTo(2);
    assertThat(run("replay", "fixed.dead").succeeded().out())
        .isEqualToIgnoringNewLines("fixed.dead: 0 sent again, 3 sent again before");

    assertThat(BROKER.records("fixed"))
        .extracting(ConsumerRecord::key)
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void replay_sendsAtMostTheCount() throws Exception {
    fill("counted");

    assertThat(run("replay", "counted.dead", "--count", "2").succeeded().out())
        .isEqualToIgnoringNewLines("counted.dead: 2 sent again");
    assertThat(run("replay", "counted.dead", "--count", "2").succeeded().out())
        .isEqualToIgnoringNewLines("counted.dead: 1 sent again, 2 sent again before");
  }

  @Test
  void missingTopic_isOneLine() {
    assertThat(run("show", "no.dead").failureLine()).contains("there is no topic 'no.dead'");
    assertThat(run("replay", "no.dead").failureLine()).contains("there is no topic 'no.dead'");
  }

  private static void fill(String topic) throws Exception {
    BROKER.createTopic(topic, 1, Map.of());
    BROKER.createTopic(topic + ".dead", 1, Map.of());
    try (Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", BROKER.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      int offset = 10;
      for (String[] letter :
          List.of(
              new String[] {"a", "no image"},
              new String[] {"b", "too large"},
              new String[] {"c", "no image"})) {
        ProducerRecord<String, String> record =
            new ProducerRecord<>(topic + ".dead", letter[0], "value");
        record.headers().add("__streams.errors.topic", topic.getBytes(UTF_8));
        record.headers().add("__streams.errors.partition", "0".getBytes(UTF_8));
        record.headers().add("__streams.errors.offset", Integer.toString(offset++).getBytes(UTF_8));
        record.headers().add("__streams.errors.message", letter[1].getBytes(UTF_8));
        producer.send(record).get();
      }
    }
  }

  private static CapturedRun run(String command, String topic, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "dead-letters",
                command,
                "--bootstrap-servers",
                BROKER.bootstrapServers(),
                "--topic",
                topic));
    all.addAll(List.of(more));
    return CapturedRun.of(all.toArray(String[]::new));
  }
}
