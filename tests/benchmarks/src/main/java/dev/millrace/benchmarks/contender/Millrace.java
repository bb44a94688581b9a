package dev.millrace.benchmarks.contender;

import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The service with its default options. The settings name the backend that runs the model. */
final class Millrace {

  private static final int MAX_RECORD_BYTES = 4 << 20;

  private Millrace() {}

  static AutoCloseable start(Settings settings) throws Exception {
    MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    InferenceService service =
        InferenceService.start(
            config(settings),
            inference ->
                settings.backend() == Backend.ONNX
                    ? ImageInference.with(
                        inference,
                        IrreducibleWork.counted(settings.backend().runtime()),
                        () -> IrreducibleWork.counted(settings.backend().decoder()),
                        registry)
                    : ImageInference.with(
                        inference,
                        settings.backend().runtime(),
                        settings.backend()::decoder,
                        registry),
            registry);
    service.running().get();
    return service;
  }

  private static ServiceConfig config(Settings settings) {
    InferenceConfig.Builder inference =
        InferenceConfig.builder(settings.repository(), settings.model())
            .devices(settings.devices())
            .linger(settings.linger());
    if (settings.backend().isSimulated()) {
      inference.maxBatchSize(settings.maxBatchSize()); // else Millrace would batch as on a CPU
    }
    return new ServiceConfig(
        inference.build(),
        new Topics(settings.input(), settings.output(), settings.input() + ".dead-letters"),
        OnBadImage.FAIL,
        MAX_RECORD_BYTES,
        true,
        settings.streamsKeys());
  }
}
