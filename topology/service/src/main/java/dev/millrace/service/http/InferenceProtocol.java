package dev.millrace.service.http;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.health.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers requests of the <a href="https://github.com/kserve/open-inference-protocol">Open
 * Inference Protocol</a> for health and metadata. {@link InferHandler} answers requests for
 * inference. Thread-safe.
 */
final class InferenceProtocol {

  private final ServedModel model;
  private final String software;
  private final boolean infers;

  /**
   * Creates the protocol's answers.
   *
   * @param model the model to report on
   * @param software the version of Millrace
   * @param infers whether requests for inference are answered, so that the metadata describes them
   */
  InferenceProtocol(ServedModel model, String software, boolean infers) {
    this.model = model;
    this.software = software;
    this.infers = infers;
  }

  /**
   * Returns the answer to a GET request.
   *
   * @param path the path after {@code /v2}, in segments
   * @return the answer, or empty if the protocol has no such path
   */
  Optional<HttpAnswer> get(List<String> path) {
    return switch (String.join("/", path)) {
      case "" -> Optional.of(server());
      case "health/live" -> Optional.of(live());
      case "health/ready" -> Optional.of(ready());
      default ->
          path.size() >= 2 && path.get(0).equals("models")
              ? model(path.get(1), path.subList(2, path.size()))
              : Optional.empty();
    };
  }

  private HttpAnswer server() {
    List<String> extensions = infers ? List.of("binary_tensor_data", "classification") : List.of();
    return HttpAnswer.json(200, new Server("millrace", software, extensions));
  }

  private HttpAnswer live() {
    boolean live = model.isLive();
    return HttpAnswer.json(live ? 200 : 503, Map.of("live", live));
  }

  private HttpAnswer ready() {
    List<Problem> problems = model.problems();
    if (problems.isEmpty()) {
      return HttpAnswer.json(200, Map.of("ready", true));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", false);
    body.put("problems", problems);
    return HttpAnswer.json(503, body);
  }

  /** Looks up the version for each request, because a swap may have changed it. */
  private Optional<HttpAnswer> model(String name, List<String> rest) {
    boolean asksReady = !rest.isEmpty() && rest.get(rest.size() - 1).equals("ready");
    List<String> version = asksReady ? rest.subList(0, rest.size() - 1) : rest;
    if (!version.isEmpty() && !(version.size() == 2 && version.get(0).equals("versions"))) {
      return Optional.empty();
    }
    Optional<ModelVersion> serving = model.serving();
    Optional<String> absence =
        absence(name, version.isEmpty() ? Optional.empty() : Optional.of(version.get(1)), serving);
    if (absence.isPresent()) {
      return absence.map(reason -> HttpAnswer.error(404, reason));
    }
    if (asksReady) {
      return Optional.of(
          HttpAnswer.json(serving.isPresent() ? 200 : 503, new Ready(name, serving.isPresent())));
    }
    return Optional.of(
        serving
            .map(found -> HttpAnswer.json(200, ModelMetadata.of(found, infers)))
            .orElseGet(
                () -> HttpAnswer.error(503, "no version of model '" + name + "' serves yet")));
  }

  /**
   * Returns the reason why a model or its version does not serve here.
   *
   * @param version the version that the request names, if any
   * @param serving the version that serves; while no version serves, every version counts as
   *     present
   * @return the reason; empty if the model and the version serve here
   */
  Optional<String> absence(String name, Optional<String> version, Optional<ModelVersion> serving) {
    if (!name.equals(model.name())) {
      return Optional.of("model '" + name + "' is not served here; '" + model.name() + "' is");
    }
    String number = serving.map(ModelVersion::version).map(String::valueOf).orElse("none");
    return version
        .filter(wanted -> serving.isPresent() && !wanted.equals(number))
        .map(
            wanted ->
                "version '"
                    + wanted
                    + "' of model '"
                    + name
                    + "' does not serve; version "
                    + number
                    + " does");
  }

  private record Server(String name, String version, List<String> extensions) {}

  private record Ready(String name, boolean ready) {}
}
