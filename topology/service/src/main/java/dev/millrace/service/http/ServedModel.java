package dev.millrace.service.http;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.health.Problem;
import dev.millrace.service.serve.InferenceService;
import java.util.List;
import java.util.Optional;

/** The state of a service, as the endpoint reports it. Thread-safe. */
interface ServedModel {

  /** Returns the model's name. */
  String name();

  /** Returns the version that serves, or empty if no version serves. */
  Optional<ModelVersion> serving();

  /** Returns why the service is not ready; empty if the service is ready. */
  List<Problem> problems();

  /** Returns whether the service can recover by itself. */
  boolean isLive();

  /** Returns a view of a service's state. */
  static ServedModel of(InferenceService service) {
    return new ServedModel() {
      @Override
      public String name() {
        return service.model();
      }

      @Override
      public Optional<ModelVersion> serving() {
        return service.serving();
      }

      @Override
      public List<Problem> problems() {
        return service.problems();
      }

      @Override
      public boolean isLive() {
        return service.isLive();
      }
    };
  }
}
