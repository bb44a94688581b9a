package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageEvent;
import dev.millrace.streams.engine.FakeModel;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.junit.jupiter.api.Test;

/**
 * Tests that a prediction is forwarded in the trace context of its own image, although this context
 * is no longer the current context at this time.
 */
class TraceContextTest {

  private static final int IMAGES = 20;
  private static final ContextKey<String> IMAGE = ContextKey.named("image");

  private final Map<String, String> imageOfPrediction = new TreeMap<>();

  /** Processes each image in a trace context of its own, as OpenTelemetry's Java agent does. */
  private static final class Traced
      extends ContextualFixedKeyProcessor<String, ImageEvent, ImageEvent> {
    @Override
    public void process(FixedKeyRecord<String, ImageEvent> record) {
      try (Scope scope = Context.current().with(IMAGE, record.key()).makeCurrent()) {
        context().forward(record);
      }
    }
  }

  @Test
  void prediction_isForwardedInItsImagesContext() {
    try (ImageInference<String> inference = FakeInference.of(new FakeModel(), 8)) {
      drive(inference);
    }

    assertThat(imageOfPrediction)
        .isEqualTo(
            IntStream.range(0, IMAGES)
                .mapToObj(TraceContextTest::key)
                .collect(Collectors.toMap(key -> key, key -> key)));
    assertThat(Context.current().get(IMAGE)).isNull();
  }

  private void drive(ImageInference<String> inference) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(Traced::new)
        .processValues(inference)
        .foreach((key, value) -> imageOfPrediction.put(key, Context.current().get(IMAGE)));
    Properties configuration = new Properties();
    configuration.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    configuration.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), configuration)) {
      TestInputTopic<String, byte[]> images =
          driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
      for (int i = 0; i < IMAGES; i++) {
        images.pipeInput(key(i), new byte[] {7});
      }
    }
  }

  private static String key(int i) {
    return "image-%02d".formatted(i);
  }
}
