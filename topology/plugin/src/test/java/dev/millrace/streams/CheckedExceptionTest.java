package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeModel;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests a topology that throws a checked exception, as code in Kotlin and Scala may do. */
@Timeout(60)
class CheckedExceptionTest {

  @SuppressWarnings("unchecked") // E is a RuntimeException only for the compiler
  private static <E extends Exception> void throwAsInKotlin(Exception e) throws E {
    throw (E) e;
  }

  private static String topic(Prediction prediction) {
    CheckedExceptionTest.throwAsInKotlin(
        new Exception("there is no topic for " + prediction.label()));
    return "predictions";
  }

  /** The handler would drop the current record, which may be another one. */
  @Test
  void checkedException_isNoException_thatAHandlerIsAskedAbout() {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "checked-exception");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueProcessingExceptionHandler.class);
    StreamsBuilder builder = new StreamsBuilder();
    try (ImageInference<String> inference = FakeInference.of(new FakeModel(), 1)) {
      builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
          .processValues(inference)
          .to(
              (key, prediction, context) -> topic(prediction),
              Produced.with(Serdes.String(), Prediction.serde()));
      try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), config)) {
        TestInputTopic<String, byte[]> images =
            driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());

        assertThatThrownBy(() -> images.pipeInput("a", new byte[] {7}))
            .hasStackTraceContaining("InferenceStalledError: forwarding an answer failed: ")
            .hasStackTraceContaining("there is no topic for class-7");
      }
    }
  }
}
