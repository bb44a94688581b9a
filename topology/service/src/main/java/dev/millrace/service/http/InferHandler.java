package dev.millrace.service.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.http.infer.InferRequest;
import dev.millrace.service.http.infer.InferResponse;
import dev.millrace.service.http.infer.RefusedRequestException;
import dev.millrace.service.http.infer.RequestReader;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.SpareSlots;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Classifies the images of {@code POST /v2/models/NAME[/versions/N]/infer}. The images use the
 * engine and the batches of the stream, and the stream has priority. Other requests go to another
 * handler. Thread-safe.
 *
 * <p>Either all images of a request are classified, or none. The status of a refused request says
 * why:
 *
 * <ul>
 *   <li>400: the body or an image is invalid;
 *   <li>403: the request comes from a web page;
 *   <li>404: the version does not serve;
 *   <li>408: the client is too slow;
 *   <li>411, 413, 415: the body has an unknown length, is too large, or has another encoding;
 *   <li>429: the stream leaves no slots;
 *   <li>503: no version serves;
 *   <li>504: the model is too slow.
 * </ul>
 */
final class InferHandler implements HttpHandler {

  private static final Pattern PATH =
      Pattern.compile("/v2/models/([^/]+)(?:/versions/([^/]+))?/infer/?");

  /**
   * The bodies of all concurrent requests together take at most the heap size divided by this
   * number.
   */
  private static final int PART_OF_HEAP = 8;

  private static final int MOST_BYTES_OF_ALL = 64 << 20;

  private final ServedModel model;
  private final InferenceProtocol protocol;
  private final Supplier<Optional<SpareSlots>> slots;
  private final boolean infers;
  private final HttpHandler others;
  private final int mostBytes =
      (int) Math.min(MOST_BYTES_OF_ALL, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  private final BodyMemory memory = new BodyMemory(mostBytes);

  /** The model and the version that a path names. */
  private record Target(String name, Optional<String> version) {}

  /**
   * @param model the model to report on
   * @param protocol knows the model and the version that serve
   * @param slots returns the slots for images; empty while no version serves
   * @param infers false to refuse every request for inference
   * @param others handles the other requests
   */
  InferHandler(
      ServedModel model,
      InferenceProtocol protocol,
      Supplier<Optional<SpareSlots>> slots,
      boolean infers,
      HttpHandler others) {
    this.model = model;
    this.protocol = protocol;
    this.slots = slots;
    this.infers = infers;
    this.others = others;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    if (!path.matches()) {
      others.handle(exchange);
      return;
    }
    try (exchange) {
      RequestBody body = new RequestBody(exchange, mostBytes / 2, System::nanoTime);
      HttpAnswer answer;
      try {
        answer =
            answer(exchange, body, new Target(path.group(1), Optional.ofNullable(path.group(2))));
      } catch (RefusedRequestException e) {
        answer = HttpAnswer.error(e.status(), e.getMessage()).with(headers(e.status()));
      }
      Requests.send(exchange, answer);
      exchange.getResponseBody().flush();
      body.discard();
    }
  }

  private static Map<String, String> headers(int status) {
    return switch (status) {
      case 405 -> Map.of("Allow", "POST");
      case 415 -> Map.of("Accept-Encoding", "identity");
      case 429, 503 -> Map.of("Retry-After", "1");
      default -> Map.of();
    };
  }

  private HttpAnswer answer(HttpExchange exchange, RequestBody body, Target target)
      throws IOException {
    if (!infers) {
      throw new RefusedRequestException(404, "inference is off; start serve with --infer");
    }
    Headers headers = exchange.getRequestHeaders();
    if (!exchange.getRequestMethod().equals("POST")) {
      throw new RefusedRequestException(405, "images are sent with POST");
    }
    if (headers.containsKey("Origin")) {
      throw new RefusedRequestException(403, "web pages are not answered");
    }
    requireHere(target, model.serving());
    SpareSlots free = slots.get().orElseThrow(() -> noneServes(target));
    int length = body.length();
    if (!free.hasSpareSlot()) {
      throw SpareInference.noSlots(); // before the body takes memory
    }
    try (BodyMemory.Share share = memory.take(length)) {
      InferRequest request =
          RequestReader.read(
              body.read(length), headers.getFirst(InferRequest.JSON_LENGTH), free.maxBatchSize());
      List<Classification> answers = SpareInference.classify(free, request.images());
      ModelVersion version = answers.get(0).model();
      requireHere(target, Optional.of(version)); // a swap may have come between
      return answer(
          InferResponse.of(
              request, version, answers.stream().map(Classification::probabilities).toList()));
    }
  }

  private void requireHere(Target target, Optional<ModelVersion> serving) {
    protocol
        .absence(target.name(), target.version(), serving)
        .ifPresent(
            reason -> {
              throw new RefusedRequestException(404, reason);
            });
  }

  private static RefusedRequestException noneServes(Target target) {
    return new RefusedRequestException(
        503, "no version of model '" + target.name() + "' serves now");
  }

  private static HttpAnswer answer(InferResponse response) {
    return response.isBinary()
        ? new HttpAnswer(200, "application/octet-stream", response.body())
            .with(Map.of(InferRequest.JSON_LENGTH, Integer.toString(response.jsonLength())))
        : new HttpAnswer(200, "application/json", response.body());
  }
}
