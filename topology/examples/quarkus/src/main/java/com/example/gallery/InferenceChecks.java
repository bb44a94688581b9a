package com.example.gallery;

import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceHealth;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** The readiness checks of the inferences. Quarkus adds its own check for Kafka Streams. */
@Singleton
class InferenceChecks {

  @Produces
  @Singleton
  @Readiness
  HealthCheck colours(Inferences inferences) {
    return () -> check("colours", inferences.colours());
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck brightness(Inferences inferences) {
    return () -> check("brightness", inferences.brightness());
  }

  private static HealthCheckResponse check(String name, Inference<?, ?, ?> inference) {
    InferenceHealth health = inference.health();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("inference " + name).status(health.ready());
    health.details().forEach((key, value) -> response.withData(key, value.toString()));
    return response.build();
  }
}
