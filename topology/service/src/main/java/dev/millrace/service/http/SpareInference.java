package dev.millrace.service.http;

import dev.millrace.core.image.BadImageException;
import dev.millrace.service.http.infer.RefusedRequestException;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.SpareSlots;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Classifies the images of one request in slots that the stream does not need. Thread-safe. */
final class SpareInference {

  /**
   * The longest wait for the answers, in seconds. The server allows 10 s from the end of a request
   * until the client has read the answer. The wait counts towards these 10 s.
   */
  private static final long MOST_SECONDS = 5;

  private SpareInference() {}

  /** Returns the error for a request that finds too few slots. */
  static RefusedRequestException noSlots() {
    return new RefusedRequestException(
        429, "the stream leaves no room for these images now; try again later");
  }

  /**
   * Classifies images.
   *
   * @return the answers, all of one version
   * @throws RefusedRequestException if there are too few slots, an image is bad, or the engine
   *     fails
   */
  static List<Classification> classify(SpareSlots slots, List<byte[]> images) {
    try {
      List<CompletableFuture<Classification>> answers =
          slots.submitIfSpare(images).orElseThrow(SpareInference::noSlots);
      await(answers);
      for (int i = 0; i < answers.size(); i++) {
        requireGood(i, answers.get(i));
      }
      return answers.stream().map(CompletableFuture::join).toList();
    } catch (EngineStalledException e) {
      throw stopped(e);
    } catch (CompletionException e) {
      throw e.getCause() instanceof EngineStalledException stalled
          ? stopped(stalled)
          : new RefusedRequestException(500, "the model failed: " + e.getCause().getMessage());
    } catch (TimeoutException e) {
      throw new RefusedRequestException(
          504, "the model gave no answer within " + MOST_SECONDS + " s; send fewer images");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedRequestException(503, "the service is stopping");
    }
  }

  /** Waits until all answers are complete, even if some of them fail. */
  private static void await(List<CompletableFuture<Classification>> answers)
      throws InterruptedException, TimeoutException {
    try {
      Object unused =
          CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
              .get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      // each answer's future holds its own failure, which the caller checks
    }
  }

  private static void requireGood(int index, CompletableFuture<Classification> answer) {
    try {
      Object unused = answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof BadImageException bad) {
        throw new RefusedRequestException(
            400, "image " + index + " cannot be classified: " + bad.getMessage());
      }
    }
  }

  private static RefusedRequestException stopped(EngineStalledException e) {
    return new RefusedRequestException(503, "no version serves now: " + e.getMessage());
  }
}
