package dev.millrace.tests.projects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.SharedBroker;
import dev.millrace.tests.TracedImages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the service under the Java agent of OpenTelemetry, and compares the trace of each prediction
 * with the trace of its image. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=examples -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("examples")
@Timeout(300)
@ExtendWith({InstalledMillrace.class, SharedBroker.class})
class TracingAgentSuite {

  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
  private static final String AGENT = "opentelemetry-javaagent";
  private static final String VERSION = "2.33.1";

  /** All images are sent at once, so that the images of many traces share a batch. */
  private static final int IMAGES = 200;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void prediction_hasTheTraceOfItsImage(
      String guarantee, UserRepository repository, EmbeddedBroker broker) throws Exception {
    Models.publishRandom(folder.resolve("models"), "random");
    String input = "traced-" + guarantee;
    String output = input + "-predictions";
    try (MillraceProcess service =
        MillraceProcess.start(
            folder,
            agent(repository),
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            "random",
            "--application-id",
            input,
            "--input",
            input,
            "--output",
            output,
            "--guarantee",
            guarantee,
            "--create-topics",
            4)) {
      service.awaitLine("^ready.*", PATIENCE);

      Map<String, String> sent = TracedImages.send(broker.bootstrapServers(), input, IMAGES);

      Map<String, String> predicted =
          TracedImages.predicted(broker.bootstrapServers(), output, IMAGES, PATIENCE);
      assertThat(traces(predicted)).containsExactlyInAnyOrderEntriesOf(traces(sent));
    }
  }

  /** Downloads the Java agent, and returns the JVM options that load it. */
  private String agent(UserRepository repository) throws Exception {
    repository.maven(
        folder,
        COPY,
        "-Dartifact=io.opentelemetry.javaagent:" + AGENT + ":" + VERSION,
        "-DoutputDirectory=" + folder);
    return "-javaagent:"
        + folder.resolve(AGENT + "-" + VERSION + ".jar")
        + " -Dotel.traces.exporter=none -Dotel.metrics.exporter=none -Dotel.logs.exporter=none";
  }

  /** Returns the ids of the traces, by the keys of the images. */
  private static Map<String, String> traces(Map<String, String> parents) {
    Map<String, String> traces = new HashMap<>();
    parents.forEach((key, parent) -> traces.put(key, TracedImages.trace(parent)));
    return traces;
  }
}
