package dev.millrace.service.command.quantize;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.Processor;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Compares a quantised model with its float32 model on images that were not used to calibrate it.
 * Thread-safe.
 */
public final class Judge {

  private static final float DECIDED = 0.5f;

  private final ModelSession float32;
  private final ModelSession int8;
  private final Preprocessing preprocessing;
  private final Consumer<String> complaints;
  private final Runnable progress;
  private final AtomicInteger images = new AtomicInteger();
  private final AtomicInteger rightInFloat32 = new AtomicInteger();
  private final AtomicInteger rightInInt8 = new AtomicInteger();
  private final AtomicInteger agreed = new AtomicInteger();

  /**
   * Creates a judge.
   *
   * @param float32 the float32 model; the caller closes it
   * @param int8 the quantised model; the caller closes it
   * @param preprocessing the preprocessing of both
   * @param complaints receives a line about each image that cannot be decoded, on any thread
   * @param progress runs once for each image, on any thread
   */
  public Judge(
      ModelSession float32,
      ModelSession int8,
      Preprocessing preprocessing,
      Consumer<String> complaints,
      Runnable progress) {
    this.float32 = float32;
    this.int8 = int8;
    this.preprocessing = preprocessing;
    this.complaints = complaints;
    this.progress = progress;
  }

  /**
   * Runs both models on the images, on one thread for each processor.
   *
   * @param pictures the images; either all have a class or none has
   * @return the accuracy of both, or their agreement if the classes are unknown or independent
   * @throws CommandException if no image can be decoded, or the thread is interrupted
   */
  public Judgement judge(List<Picture> pictures) {
    int threads = Runtime.getRuntime().availableProcessors();
    AtomicInteger next = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running =
          IntStream.range(0, threads)
              .<Future<?>>mapToObj(thread -> pool.submit(() -> judge(pictures, next)))
              .toList();
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted while the quantised model was judged", e);
    } finally {
      pool.shutdownNow();
    }
    return result(pictures);
  }

  private Judgement result(List<Picture> pictures) {
    int n = images.get();
    if (n == 0) {
      throw new CommandException("none of the " + pictures.size() + " held-out images can be read");
    }
    String processor = Processor.ofThisMachine().toString();
    boolean labelled =
        int8.answers() == AnswerKind.EXCLUSIVE
            && pictures.stream().allMatch(picture -> picture.truth() != Picture.UNKNOWN);
    return labelled
        ? new Judgement(
            Judgement.ACCURACY,
            n,
            Proportion.of(rightInFloat32.get(), n),
            Proportion.of(rightInInt8.get(), n),
            processor)
        : new Judgement(Judgement.AGREEMENT, n, null, Proportion.of(agreed.get(), n), processor);
  }

  private void judge(List<Picture> pictures, AtomicInteger next) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(preprocessing.bytes());
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (int i = next.getAndIncrement(); i < pictures.size(); i = next.getAndIncrement()) {
        Picture picture = pictures.get(i);
        try {
          decoder.decode(picture.content().read(), preprocessing, pixels.clear());
          judge(picture.truth(), pixels.clear());
        } catch (BadImageException | IOException e) {
          complaints.accept(picture.name() + ": " + e.getMessage());
        }
        progress.run();
      }
    }
  }

  private void judge(int truth, ByteBuffer pixels) {
    float[] before = run(float32, pixels);
    float[] after = run(int8, pixels);
    images.incrementAndGet();
    rightInFloat32.addAndGet(top(before) == truth ? 1 : 0);
    rightInInt8.addAndGet(top(after) == truth ? 1 : 0);
    boolean same =
        int8.answers() == AnswerKind.EXCLUSIVE
            ? top(before) == top(after)
            : haveSameDecisions(before, after);
    agreed.addAndGet(same ? 1 : 0);
  }

  private static float[] run(ModelSession session, ByteBuffer pixels) {
    FloatBuffer scores =
        ByteBuffer.allocateDirect(session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    session.run(pixels, 1, scores);
    float[] answer = new float[session.classes()];
    scores.get(0, answer);
    return answer;
  }

  private static int top(float[] scores) {
    int top = 0;
    for (int i = 1; i < scores.length; i++) {
      top = scores[i] > scores[top] ? i : top;
    }
    return top;
  }

  private static boolean haveSameDecisions(float[] before, float[] after) {
    for (int i = 0; i < before.length; i++) {
      if ((before[i] >= DECIDED) != (after[i] >= DECIDED)) {
        return false;
      }
    }
    return true;
  }
}
