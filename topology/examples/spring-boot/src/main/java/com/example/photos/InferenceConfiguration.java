package com.example.photos;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.Blame;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.InferenceHealth;
import dev.millrace.streams.PromptClients;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.KafkaStreamsConfiguration;
import org.springframework.kafka.config.StreamsBuilderFactoryBean;
import org.springframework.kafka.config.StreamsBuilderFactoryBeanConfigurer;

/** Defines the beans of the inference, its meters and its health check. */
@Configuration(proxyBeanMethods = false)
class InferenceConfiguration {

  /**
   * Creates the inference. Spring starts the Kafka Streams client after it has created all beans,
   * so the model is loaded before the first image arrives. Spring stops the client before it
   * destroys the beans.
   */
  @Bean(initMethod = "start")
  Inference<String, ImageEvent, Prediction> inference(
      @Value("${photos.repository}") Path repository,
      @Value("${photos.model}") String model,
      KafkaStreamsConfiguration kafka,
      MeterRegistry registry) {
    return ImageInference.<String>builder(InferenceConfig.of(repository, model))
        .registry(registry)
        .followPromotions(kafka.asProperties())
        .build();
  }

  /** Replaces failed stream threads, unless the device failed. */
  @Bean
  StreamsBuilderFactoryBeanConfigurer failures() {
    PromptClients clients = new PromptClients();
    return factory -> {
      factory.setClientSupplier(clients);
      factory.setStreamsUncaughtExceptionHandler(
          clients.leavingGroup(
              failure ->
                  Blame.of(failure) == Blame.DEVICE
                      ? StreamThreadExceptionResponse.SHUTDOWN_CLIENT
                      : StreamThreadExceptionResponse.REPLACE_THREAD));
    };
  }

  @Bean
  HealthIndicator inferenceHealthIndicator(Inference<?, ?, ?> inference) {
    return () -> {
      InferenceHealth health = inference.health();
      return (health.ready() ? Health.up() : Health.outOfService())
          .withDetails(health.details())
          .build();
    };
  }

  @Bean
  HealthIndicator kafkaStreamsHealthIndicator(StreamsBuilderFactoryBean factory) {
    return () -> {
      KafkaStreams streams = factory.getKafkaStreams();
      if (streams == null) {
        return Health.outOfService().withDetail("state", "NOT_STARTED").build();
      }
      KafkaStreams.State state = streams.state();
      return (state.isRunningOrRebalancing() ? Health.up() : Health.down())
          .withDetail("state", state)
          .build();
    };
  }
}
