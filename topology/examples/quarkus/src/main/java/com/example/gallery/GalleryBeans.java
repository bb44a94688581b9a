package com.example.gallery;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.apache.kafka.streams.Topology;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The CDI beans of the application. Quarkus runs the topology, and stops the topology before it
 * closes the inferences.
 */
@Singleton
class GalleryBeans {

  @Produces
  @Singleton
  Inferences inferences(
      @ConfigProperty(name = "gallery.repository") Path repository, MeterRegistry registry) {
    Inferences inferences = Inferences.of(repository, registry);
    inferences.start();
    return inferences;
  }

  void close(@Disposes Inferences inferences) {
    inferences.close();
  }

  @Produces
  @Singleton
  Topology topology(Inferences inferences) {
    return GalleryTopology.of(inferences);
  }
}
