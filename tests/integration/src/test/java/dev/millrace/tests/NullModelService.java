package dev.millrace.tests;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.OutputFormat;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * Runs the service in a separate process, with a model that takes no time and a decoder that does
 * nothing, and writes predictions in one format. The arguments are the broker, the repository, the
 * model, the input topic, the output topic, the format and the address of a schema registry.
 */
final class NullModelService {

  private NullModelService() {}

  public static void main(String[] arguments) throws Exception {
    Properties kafka = new Properties();
    kafka.put("bootstrap.servers", arguments[0]);
    kafka.put("application.id", arguments[4]);
    kafka.put("auto.offset.reset", "earliest");
    kafka.put("num.stream.threads", "2");
    InferenceConfig inference =
        InferenceConfig.builder(Path.of(arguments[1]), arguments[2]).build();
    ServiceConfig config =
        new ServiceConfig(
            inference,
            new Topics(arguments[3], arguments[4], arguments[4] + "-dead"),
            new EventFormats(
                Map.of("schema.registry.url", arguments[6]), OutputFormat.valueOf(arguments[5])),
            ServiceConfig.NO_FETCHES,
            OnBadImage.DEAD_LETTER,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES,
            false,
            Map.of(),
            kafka);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    InferenceService service =
        InferenceService.start(
            config,
            given ->
                ImageInference.with(
                    given,
                    (version, device) ->
                        new NullSession(
                            version.manifest().labels().size(),
                            version.manifest().preprocessing().width(),
                            version.manifest().preprocessing().height()),
                    NullDecoder::new,
                    registry),
            registry);
    service.running().get();
    System.out.println("ready");
  }

  /**
   * A session that takes no time. As with a real model, the probabilities differ between the
   * classes.
   */
  private record NullSession(int classes, int inputWidth, int inputHeight) implements ModelSession {

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      for (int i = 0; i < images * classes; i++) {
        probabilities.put(i, 2f * (i % classes + 1) / classes / (classes + 1));
      }
    }

    @Override
    public void close() {}
  }

  /** A decoder that does nothing and leaves the pixels unchanged. */
  private static final class NullDecoder implements ImageDecoder {

    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {}

    @Override
    public void close() {}
  }
}
