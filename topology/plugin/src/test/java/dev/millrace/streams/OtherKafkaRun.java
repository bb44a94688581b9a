package dev.millrace.streams;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.KafkaVersions;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the tests that use Kafka Streams in a JVM with another version of Kafka Streams. The tests
 * are compiled with the version of the build. The tag {@code build-kafka} marks tests that use
 * classes of Kafka that only the version of the build has.
 */
final class OtherKafkaRun {

  private static final int STACK_TRACE_LINES = 30;

  private OtherKafkaRun() {}

  /**
   * Runs the tests with a version of Kafka Streams. Fails if a test fails.
   *
   * @param folder an empty folder for the output of the JVM
   * @return the number of tests that passed; 0 if no test was found
   */
  static int run(String version, Path folder) throws Exception {
    List<String> printed =
        ChildJvm.run(
            folder,
            ChildJvm.command(
                KafkaVersions.classPathWith(version), OtherKafkaRun.class, List.of(), List.of()));
    return Integer.parseInt(printed.get(printed.size() - 1));
  }

  /** Runs the tests in this JVM. The last printed line is the number of tests that passed. */
  public static void main(String[] arguments) {
    LauncherDiscoveryRequest tests =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectClass(CheckedExceptionTest.class),
                selectClass(ImageInferenceTest.class),
                selectClass(InferenceProcessorTest.class),
                selectClass(InferenceTest.class),
                selectClass(PromptClientsTest.class),
                selectClass(PunctuatedRecordsTest.class),
                selectClass(SharedStoreTest.class),
                selectClass(TraceContextTest.class),
                selectClass("dev.millrace.streams.clients.PromptProducerTest"),
                selectPackage("dev.millrace.streams.internals"),
                selectPackage("dev.millrace.streams.sending"))
            .filters(
                ClassNameFilter.includeClassNamePatterns(".*Test"),
                TagFilter.excludeTags("build-kafka", "nightly"))
            .build();
    LauncherConfig bare =
        LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create(bare).execute(tests, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(
        new PrintWriter(System.err, true, StandardCharsets.UTF_8), STACK_TRACE_LINES);
    System.out.println(summary.getTestsSucceededCount());
    System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
  }
}
