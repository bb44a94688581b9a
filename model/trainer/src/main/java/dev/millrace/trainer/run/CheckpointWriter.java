package dev.millrace.trainer.run;

import dev.millrace.control.KafkaAccess;
import dev.millrace.control.StatusTopic;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Precision;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.gate.BaseChampion;
import dev.millrace.trainer.gate.CheckpointPromotion;
import dev.millrace.trainer.gate.PromotionGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Publishes a network's current weights as a version of the model: exports the weights, compares
 * the exported graph with the network, calibrates the graph, and measures it. If the configuration
 * asks for 8-bit integers, also publishes a quantised version. Confined to one thread.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final int COMPARED = 64;

  private final TrainingConfig config;
  private final ResNet network;
  private final TrainingImages images;
  private final TrainingListener listener;
  private final ModelRepository repository;
  private final Optional<CheckpointPromotion> promotion;
  private final Optional<Patience> patience;
  private final LongSupplier nanoTime;

  /**
   * @param promotion judges and promotes checkpoints; {@link #close} closes it. Empty if
   *     checkpoints are not promoted
   * @param patience waits while the repository does not work. If empty, the first failure is thrown
   * @param nanoTime the clock, in ns; the promotion must use the same clock
   */
  CheckpointWriter(
      TrainingConfig config,
      ResNet network,
      TrainingImages images,
      TrainingListener listener,
      Optional<CheckpointPromotion> promotion,
      Optional<Patience> patience,
      LongSupplier nanoTime) {
    this.config = config;
    this.network = network;
    this.images = images;
    this.listener = listener;
    this.repository = config.checkpoints().repository();
    this.promotion = promotion;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /** {@return a writer that promotes versions if the configuration has a gate} */
  static CheckpointWriter of(
      TrainingConfig config,
      ResNet network,
      TrainingImages images,
      TrainingListener listener,
      Optional<Patience> patience,
      LongSupplier nanoTime) {
    return new CheckpointWriter(
        config,
        network,
        images,
        listener,
        config
            .checkpoints()
            .gate()
            .map(
                gate ->
                    new CheckpointPromotion(
                        gate(gate, config, images, listener),
                        new StatusTopic(KafkaAccess.keysOf(gate.broker())),
                        listener,
                        nanoTime)),
        patience,
        nanoTime);
  }

  private static PromotionGate gate(
      Gate gate, TrainingConfig config, TrainingImages images, TrainingListener listener) {
    Checkpoints checkpoints = config.checkpoints();
    return new PromotionGate(
        gate,
        checkpoints.repository(),
        checkpoints.model(),
        images.gate(),
        config.preprocessing(),
        images.labels(),
        listener::warned);
  }

  /**
   * Prepares the gate, if the training has one. If the configuration asks for 8-bit integers, this
   * method first checks that a folder has enough images for them.
   *
   * @param base the champion with which the run begins; if empty, the gate reads it
   * @throws TrainingException if a folder has too few images for checkpoints in 8-bit integers. A
   *     training from topics does not fail, because further images may arrive
   */
  void begin(Optional<BaseChampion> base) {
    if (config.checkpoints().precision() == Precision.INT8
        && config.data() instanceof TrainingData.Folder) {
      Int8Checkpoint.requireEnough(images);
    }
    promotion.ifPresent(gate -> gate.begin(base));
  }

  /**
   * Publishes a checkpoint.
   *
   * @param weights the current weights
   * @param answers returns the network's own probabilities for a batch
   * @param run the run's name
   * @param progress the run's metrics so far, for the manifest
   * @param judged whether the gate judges the checkpoint; if not, it is only published
   * @param lineage how the weights were trained
   * @return false if the training was stopped while the repository did not work. The checkpoint, or
   *     its int8 version, is not published then
   * @throws TrainingException if the probabilities of the exported graph differ too much from the
   *     network's; nothing is published then
   * @throws ModelException if the repository does not work and the writer has no patience
   */
  boolean write(
      Weights weights,
      Function<MiniBatch, FloatBuffer> answers,
      String run,
      Map<String, Double> progress,
      boolean judged,
      Lineage lineage) {
    long began = nanoTime.getAsLong();
    byte[] prepared =
        ModelPreparation.prepare(
                ResNetOnnx.write(network, weights), config.preprocessing(), images.labels())
            .bytes();
    try (ModelSession plain =
        OnnxModelRuntime.open(prepared, Device.CPU, config.preprocessing(), images.labels())) {
      requireAgreement(answers, plain);
      try (CalibratedModel float32 =
          CalibratedModel.of(prepared, plain, images, config.preprocessing())) {
        boolean isInt8 = config.checkpoints().precision() == Precision.INT8;
        Export export = new Export(run, progress, judged && !isInt8, began);
        Optional<ModelVersion> version =
            export(export, float32, measured -> publish(float32, run, measured, lineage));
        return version.isPresent()
            && (!isInt8
                || exportInt8(
                    new Export(run, progress, judged, began), prepared, float32, version.get()));
      }
    }
  }

  /**
   * The data for the export of a checkpoint in one precision.
   *
   * @param began the time at which the export started, in ns
   */
  private record Export(String run, Map<String, Double> progress, boolean judged, long began) {}

  /**
   * The measurements of a checkpoint.
   *
   * @param golden the golden set on which the gate compared the checkpoint, or null
   */
  private record Measured(Map<String, Double> metrics, Fingerprint golden) {}

  /**
   * Lets the gate judge a model, publishes it, and promotes it if the gate blesses it.
   *
   * @return the published version, or empty if the training was stopped first
   */
  private Optional<ModelVersion> export(
      Export export, CalibratedModel model, Function<Measured, ModelVersion> publisher) {
    Optional<Optional<Verdict>> judged =
        until("the comparison with the champion", () -> judge(export, model));
    return judged.flatMap(
        verdict ->
            until("the publication", () -> publisher.apply(measured(export, model, verdict)))
                .map(version -> concluded(export, version, verdict)));
  }

  private <T> Optional<T> until(String what, Supplier<T> step) {
    return patience.isPresent() ? patience.get().until(what, step) : Optional.of(step.get());
  }

  private Optional<Verdict> judge(Export export, CalibratedModel model) {
    return promotion.filter(gate -> export.judged).flatMap(gate -> gate.judge(model.session()));
  }

  private static Measured measured(
      Export export, CalibratedModel model, Optional<Verdict> verdict) {
    Map<String, Double> metrics = new LinkedHashMap<>(export.progress);
    metrics.putAll(Metrics.share("accuracy", model.figures().top1(), model.figures().n()));
    verdict.map(CheckpointPromotion::figures).ifPresent(metrics::putAll);
    return new Measured(
        metrics, verdict.map(Verdict::golden).map(Verdict.Golden::set).orElse(null));
  }

  private ModelVersion concluded(Export export, ModelVersion version, Optional<Verdict> verdict) {
    listener.exported(version);
    verdict.ifPresent(found -> promotion.orElseThrow().conclude(version, found, export.began));
    return version;
  }

  /**
   * Publishes a checkpoint in 8-bit integers, after the same checkpoint in float32. Returns false
   * if the training was stopped first.
   */
  private boolean exportInt8(
      Export export, byte[] prepared, CalibratedModel float32, ModelVersion parent) {
    Optional<Int8Checkpoint> made =
        Int8Checkpoint.of(
            prepared,
            float32,
            images,
            config.preprocessing(),
            why ->
                listener.warned(
                    parent
                        + ": "
                        + why
                        + (promotion.isPresent() ? "; it is published, but not judged" : "")),
            nanoTime);
    if (made.isEmpty()) {
      return true;
    }
    try (Int8Checkpoint int8 = made.get()) {
      return export(export, int8.model(), measured -> publish(int8, export.run, measured, parent))
          .isPresent();
    }
  }

  private void requireAgreement(Function<MiniBatch, FloatBuffer> answers, ModelSession session) {
    MiniBatch batch = images.gate().first(COMPARED);
    FloatBuffer own = answers.apply(batch);
    FloatBuffer exported =
        ByteBuffer.allocateDirect(own.limit() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    session.run(batch.pixels(), batch.size(), exported);
    Agreement.require(own, exported);
  }

  private ModelVersion publish(
      CalibratedModel model, String run, Measured measured, Lineage lineage) {
    return repository.publish(
        config.checkpoints().model(),
        model.bytes(),
        config.preprocessing(),
        images.labels(),
        new Provenance(
            new ModelManifest.Source("training", null, null),
            config.pretrained().map(from -> from.parentVersion()).orElse(null),
            measured.metrics(),
            run,
            null,
            model.calibration(),
            model.figures(),
            lineage,
            measured.golden()));
  }

  private ModelVersion publish(
      Int8Checkpoint int8, String run, Measured measured, ModelVersion parent) {
    try (Scratch scratch = Scratch.create()) {
      return repository.publish(
          parent.name(),
          new ModelFiles(int8.model().bytes(), int8.answers().write(scratch.folder())),
          config.preprocessing(),
          images.labels(),
          new Provenance(
              new ModelManifest.Source("quantization", null, parent.sha256()),
              parent.version(),
              measured.metrics(),
              run,
              int8.quantization(),
              int8.model().calibration(),
              int8.model().figures(),
              null,
              measured.golden()),
          parent.manifest().kind());
    } catch (IOException e) {
      throw new ModelException(
          "cannot write to the folder for temporary files ("
              + e
              + "); check that it is writable and has room",
          e);
    }
  }

  @Override
  public void close() {
    promotion.ifPresent(CheckpointPromotion::close);
  }
}
