package dev.millrace.service.command.quantize;

import static dev.millrace.core.evaluation.Evaluation.mostProbable;

import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.evaluation.Temperature;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.threads.Workers;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.Processor;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Compares a quantised model with its float32 model on images that did not calibrate the quantised
 * model. An instance compares one set of images, because it adds up the counts of all calls.
 */
public final class Judge {

  private final ModelSession float32;
  private final ModelSession int8;
  private final Preprocessing preprocessing;
  private final Consumer<String> complaints;
  private final Runnable progress;
  private final AtomicInteger images = new AtomicInteger();
  private final AtomicInteger rightInFloat32 = new AtomicInteger();
  private final AtomicInteger rightInInt8 = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicInteger gained = new AtomicInteger();
  private final AtomicInteger agreed = new AtomicInteger();

  /**
   * The result of the comparison.
   *
   * @param judgement the accuracy of both models, or their agreement if the classes of the images
   *     are unknown or independent
   * @param fit the temperature of the quantised model, which is fitted on these images and measured
   *     by cross-validation; null if the classes are unknown or independent
   */
  public record Verdict(Judgement judgement, CrossFit fit) {}

  /**
   * Creates a judge.
   *
   * @param float32 the float32 model; the caller closes it
   * @param int8 the quantised model; the caller closes it
   * @param preprocessing the preprocessing of both models
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
   * @param pictures the images; either all images or no images have a known class
   * @return the comparison of the two models, and the temperature of the quantised model
   * @throws CommandException if no image can be decoded
   * @throws IllegalStateException if the thread is interrupted
   */
  public Verdict judge(List<Picture> pictures) {
    AtomicInteger next = new AtomicInteger();
    float[][] answers = new float[pictures.size()][];
    try (Workers workers = new Workers("judge")) {
      var unused =
          workers.map(
              Collections.nCopies(Workers.count(), next),
              shared -> {
                judge(pictures, answers, shared);
                return shared;
              });
    }
    return verdict(pictures, answers);
  }

  private Verdict verdict(List<Picture> pictures, float[][] answers) {
    int n = images.get();
    if (n == 0) {
      throw new CommandException("none of the " + pictures.size() + " held-out images can be read");
    }
    String processor = Processor.ofThisMachine().toString();
    boolean labelled =
        int8.answers() != AnswerKind.INDEPENDENT
            && pictures.stream().allMatch(picture -> picture.truth() != Picture.UNKNOWN);
    if (!labelled) {
      return new Verdict(
          new Judgement(
              Judgement.AGREEMENT, n, null, Proportion.of(agreed.get(), n), null, processor),
          null);
    }
    return new Verdict(
        new Judgement(
            Judgement.ACCURACY,
            n,
            Proportion.of(rightInFloat32.get(), n),
            Proportion.of(rightInInt8.get(), n),
            Changes.of(n, lost.get(), gained.get()),
            processor),
        fit(pictures, answers));
  }

  private static CrossFit fit(List<Picture> pictures, float[][] answers) {
    List<float[]> logits = new ArrayList<>();
    List<Integer> truths = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] != null) {
        logits.add(Temperature.logits(answers[i]));
        truths.add(pictures.get(i).truth());
      }
    }
    return CrossFit.of(logits, truths);
  }

  /**
   * Runs both models on the next images until no image is left. Stores the quantised model's answer
   * to each image in {@code answers}.
   */
  private void judge(List<Picture> pictures, float[][] answers, AtomicInteger next) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(preprocessing.bytes());
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (int i = next.getAndIncrement(); i < pictures.size(); i = next.getAndIncrement()) {
        Picture picture = pictures.get(i);
        try {
          decoder.decode(picture.content().read(), preprocessing, pixels.clear());
          answers[i] = judge(picture.truth(), pixels.clear());
        } catch (BadImageException | IOException e) {
          complaints.accept(picture.name() + ": " + e.getMessage());
        }
        progress.run();
      }
    }
  }

  private float[] judge(int truth, ByteBuffer pixels) {
    float[] before = run(float32, pixels);
    float[] after = run(int8, pixels);
    images.incrementAndGet();
    boolean rightBefore = mostProbable(before) == truth;
    boolean rightAfter = mostProbable(after) == truth;
    rightInFloat32.addAndGet(rightBefore ? 1 : 0);
    rightInInt8.addAndGet(rightAfter ? 1 : 0);
    lost.addAndGet(rightBefore && !rightAfter ? 1 : 0);
    gained.addAndGet(rightAfter && !rightBefore ? 1 : 0);
    agreed.addAndGet(int8.answers().isSameAnswer(before, after) ? 1 : 0);
    return after;
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
}
