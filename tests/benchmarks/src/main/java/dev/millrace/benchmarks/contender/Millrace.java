package dev.millrace.benchmarks.contender;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceBuilder;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.engine.EngineConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Optional;

/** The service with its default options. The settings name the backend that runs the model. */
final class Millrace {

  private static final int MAX_RECORD_BYTES = 4 << 20;

  private Millrace() {}

  static AutoCloseable start(Settings settings) throws Exception {
    return start(settings, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Optional.empty());
  }

  /**
   * Starts the service, and waits until it runs.
   *
   * @param registry receives the metrics
   * @param openTelemetry traces the images; empty if they are not traced
   */
  static InferenceService start(
      Settings settings, MeterRegistry registry, Optional<OpenTelemetry> openTelemetry)
      throws Exception {
    InferenceService service =
        InferenceService.start(
            config(settings),
            inference -> {
              InferenceBuilder<byte[], ImageEvent, Prediction> builder =
                  ImageInference.<byte[]>builder(inference).registry(registry);
              openTelemetry.ifPresent(builder::openTelemetry);
              return settings.backend().isOnnx()
                  ? builder
                      .runtime(
                          IrreducibleWork.counted(settings.backend().runtime()),
                          () -> IrreducibleWork.counted(settings.backend().decoder()))
                      .build()
                  : builder
                      .runtime(settings.backend().runtime(), settings.backend()::decoder)
                      .build();
            },
            registry);
    service.running().get();
    return service;
  }

  static ServiceConfig config(Settings settings) {
    InferenceConfig.Builder inference =
        InferenceConfig.builder(settings.repository(), settings.model())
            .devices(settings.devices())
            .linger(settings.linger());
    if (settings.backend().isSimulated()) {
      inference.maxBatchSize(settings.maxBatchSize()); // else Millrace would batch as on a CPU
    }
    return new ServiceConfig(
        limited(inference.build(), settings.threads()),
        new Topics(settings.input(), settings.output(), settings.input() + ".dead-letters"),
        OnBadImage.FAIL,
        MAX_RECORD_BYTES,
        true,
        settings.streamsKeys());
  }

  /** Returns a configuration whose engine has at most {@code threads} threads of each kind. */
  private static InferenceConfig limited(InferenceConfig config, int threads) {
    EngineConfig engine = config.engine();
    return new InferenceConfig(
        config.repository(),
        config.model(),
        config.version(),
        new EngineConfig(
            engine.devices(),
            engine.maxBatchSize(),
            engine.longestRun(),
            engine.linger(),
            Math.min(engine.decodeThreads(), threads),
            Math.min(engine.runsPerDevice(), threads),
            engine.limits()),
        config.maxInFlight(),
        config.top(),
        config.probabilities());
  }
}
