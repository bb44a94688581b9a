package dev.millrace.streams;

import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.tests.TamperedSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Runs the service's topology in a separate process. It can run two variants of the topology for
 * which {@code serve} has no option: one with a slower model, and one without the commit barrier.
 *
 * <p>Each argument is {@code KEY=VALUE}. The keys are {@code repository}, {@code model}, {@code
 * input}, {@code output}, {@code barrier} (true or false), {@code delay} (additional time of each
 * run of the model, in ms), and the configuration keys of Kafka Streams. The process prints {@code
 * ready} once the topology runs.
 */
public final class ServiceVariant {

  private ServiceVariant() {}

  public static void main(String[] arguments) {
    Properties given = new Properties();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      given.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    InferenceConfig config =
        InferenceConfig.of(Path.of(take(given, "repository")), take(given, "model"));
    long delay = Long.parseLong(take(given, "delay"));
    StoreBuilder<CommitBarrier> barrier =
        Boolean.parseBoolean(take(given, "barrier"))
            ? CommitBarrier.builder("barrier")
            : LeakyBarrier.leakyBuilder("barrier");
    ImageInference<byte[]> inference =
        new ImageInference<>(config, first -> engine(config, delay), barrier);
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(take(given, "input"), Consumed.with(Serdes.ByteArray(), ImageEvent.serde()))
        .processValues(inference)
        .to(
            take(given, "output"),
            Produced.with(Serdes.ByteArray(), Prediction.serde())
                .withStreamPartitioner(
                    (topic, key, prediction, partitions) ->
                        Optional.of(Set.of(prediction.source().partition()))));
    given.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        DeadLetterBadImages.class.getName());
    given.putIfAbsent(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "500");
    given.putIfAbsent(StreamsConfig.POLL_MS_CONFIG, "5");
    given.putIfAbsent("linger.ms", "2");
    KafkaStreams streams = new KafkaStreams(builder.build(), given);
    streams.setUncaughtExceptionHandler(
        failure -> {
          System.err.println("a stream thread failed: " + failure);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    streams.setStateListener(
        (to, from) -> {
          if (to == KafkaStreams.State.RUNNING) {
            System.out.println("ready");
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    inference.start();
    streams.start();
  }

  private static String take(Properties given, String key) {
    return (String) given.remove(key);
  }

  private static InferenceEngine engine(InferenceConfig config, long delay) {
    return InferenceEngine.start(
        config.engine(),
        TamperedSession.runtime(
            new OnnxModelRuntime(), (session, pixels, images, probabilities) -> sleep(delay)),
        config.repository().newest(config.model()),
        () -> new OpenCvImageDecoder(config.engine().limits()),
        new EngineMetrics(new SimpleMeterRegistry()),
        System::nanoTime);
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
