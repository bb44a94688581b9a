package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.RunningBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("broker")
class PatternCheckTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private static Optional<String> problem(Topics topics) {
    return new PatternCheck(BROKER.admin()).problem(topics, Duration.ofSeconds(30));
  }

  @Test
  void patternThatMatchesNothing_isToldOf_untilATopicIsMade() throws Exception {
    Topics topics = new Topics(List.of(), "matched-cam-\\d", "out", "dead");
    assertThat(problem(topics))
        .get()
        .asString()
        .contains("no topic matches --input-pattern /matched-cam-\\d/", "every 30 s");

    BROKER.createTopic("matched-cam-1", Map.of());

    assertThat(problem(topics)).isEmpty();
  }

  @Test
  void topicsByName_areNoPattern() {
    assertThat(problem(Topics.of("not there", "out"))).isEmpty();
  }
}
