package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelManifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

class TopicComparisonTest {

  private static final int LIMIT = 1_000_000;
  private static final int HEADERS = 64 << 10;

  private final Map<String, Map<String, String>> configs = new HashMap<>();
  private long predictionBytes = 5_000;

  TopicComparisonTest() {
    topic("in", LIMIT);
    topic("out", LIMIT);
    topic("dead", LIMIT + HEADERS);
  }

  private void topic(String name, int limit) {
    configs.put(
        name,
        new HashMap<>(
            Map.of(
                "max.message.bytes",
                Integer.toString(limit),
                "cleanup.policy",
                "delete",
                "message.timestamp.type",
                "CreateTime",
                "message.timestamp.before.max.ms",
                "9223372036854775807",
                "message.timestamp.after.max.ms",
                "3600000")));
  }

  private void set(String topic, String key, String value) {
    configs.get(topic).put(key, value);
  }

  private List<String> findings(Topics topics) {
    Map<String, Config> all = new HashMap<>();
    configs.forEach(
        (topic, values) -> {
          List<ConfigEntry> entries = new ArrayList<>();
          values.forEach((key, value) -> entries.add(new ConfigEntry(key, value)));
          all.put(topic, new Config(entries));
        });
    return new TopicComparison(topics, all, LIMIT, predictionBytes).findings();
  }

  private List<String> findings() {
    return findings(new Topics("in", "out", "dead"));
  }

  private String finding() {
    List<String> findings = findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  @Test
  void topicsThatTakeEachOthersRecords_areFine() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void deadLetterTopic_mustTakeAnImageAndItsHeaders() {
    topic("dead", LIMIT + HEADERS - 1);

    assertThat(finding())
        .startsWith("topic 'dead' has max.message.bytes=1065535: an image of 'in'")
        .contains("up to 1065536 bytes", "becomes a dead letter without its image")
        .contains("--entity-name dead --add-config max.message.bytes=1065536");
  }

  @Test
  void eachInput_isComparedOnItsOwn() {
    topic("in2", LIMIT);
    topic("dead", LIMIT);

    assertThat(findings(new Topics(List.of("in", "in2"), null, "out", "dead")))
        .hasSize(2)
        .anyMatch(line -> line.contains("an image of 'in' "))
        .anyMatch(line -> line.contains("an image of 'in2' "));
    assertThat(findings(new Topics(List.of(), "in\\d", "out", "dead"))).hasSize(1);
  }

  @Test
  void inputLargerThanOurClients_isTold() {
    topic("in", LIMIT + 1);
    topic("dead", LIMIT + 1 + HEADERS);

    assertThat(finding())
        .startsWith(
            "topic 'in' takes records of 1000001 bytes, more than --max-record-bytes 1000000")
        .contains("serve with --max-record-bytes 1000001");
  }

  @Test
  void output_mustTakeAPrediction() {
    topic("out", 5_000);
    assertThat(findings()).isEmpty();

    topic("out", 4_999);
    assertThat(finding())
        .startsWith(
            "topic 'out' has max.message.bytes=4999: a prediction of this model has about 5000")
        .contains("--entity-name out --add-config max.message.bytes=5000", "--probabilities none");

    predictionBytes = 0;
    assertThat(findings()).isEmpty();
  }

  @Test
  void compactedOutput_orDeadLetters_areTold() {
    set("out", "cleanup.policy", "compact");
    assertThat(finding()).startsWith("topic 'out' is compacted").contains("without a key");

    set("dead", "cleanup.policy", "compact,delete");
    assertThat(findings()).hasSize(2);
  }

  @Test
  void output_mustTakeTheTimesOfTheInput() {
    set("out", "message.timestamp.before.max.ms", "1000");
    assertThat(finding())
        .startsWith("topic 'out' has message.timestamp.before.max.ms=1000, and 'in' takes older");

    set("out", "message.timestamp.after.max.ms", "3599999");
    assertThat(findings()).hasSize(2).anyMatch(line -> line.contains("'in' takes later times"));

    set("in", "message.timestamp.type", "LogAppendTime");
    assertThat(findings()).isEmpty();
    set("in", "message.timestamp.type", "CreateTime");
    set("out", "message.timestamp.type", "LogAppendTime");
    assertThat(findings()).isEmpty();
  }

  @Test
  void ofATopicWithoutAConfiguration_nothingIsSaid() {
    configs.remove("dead");
    topic("in", LIMIT + 1);
    assertThat(findings()).hasSize(1);
    configs.clear();
    assertThat(findings()).isEmpty();
  }

  @Test
  void otherTopics_areNotCompared() {
    topic("other", 10 * LIMIT);
    assertThat(findings()).isEmpty();
  }

  @Test
  void prediction_growsWithClassesAndTheirNames() {
    List<String> ten = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "ñ");
    long base = PredictionSize.most(ten, 5, false);

    assertThat(PredictionSize.most(ten, 5, true) - base).isEqualTo(150);
    assertThat(PredictionSize.most(ten, 6, false) - base).isEqualTo(82);
    assertThat(PredictionSize.most(ten, 20, false)).isEqualTo(PredictionSize.most(ten, 10, false));
    assertThat(PredictionSize.most(List.of(), 5, true)).isPositive();
  }

  @Test
  void predictionOfIndependentClasses_mayNameAllOfThem() {
    List<String> ten = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "ñ");

    assertThat(PredictionSize.most(manifest(ten, null), 5, true))
        .isEqualTo(PredictionSize.most(ten, 5, true));
    assertThat(PredictionSize.most(manifest(ten, ModelManifest.INDEPENDENT), 5, true))
        .isEqualTo(PredictionSize.most(ten, 5, true) + 41);
  }

  private static ModelManifest manifest(List<String> labels, String kind) {
    return new ModelManifest(
        "m",
        1,
        "0".repeat(64),
        "2026-01-01T00:00:00Z",
        new ModelManifest.Source("import", null, null),
        null,
        new Preprocessing(4, 4, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
        labels,
        null,
        null,
        kind,
        null,
        null);
  }
}
