package dev.millrace.trainer.run;

import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ModelSession;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.gate.Accuracy;
import dev.millrace.trainer.gate.OutdatedVerdictException;
import dev.millrace.trainer.gate.PromotionGate;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Makes a version of what a network has learned so far: exported, compared with the network itself,
 * judged, published, and promoted if it is blessed. For one thread.
 */
final class CheckpointWriter implements AutoCloseable {

  /** How far the exported graph's probabilities may be from the network's own. */
  private static final double TOLERANCE = 1e-4;

  private static final int COMPARED = 64;

  private final TrainingConfig config;
  private final ResNet network;
  private final TrainingImages images;
  private final TrainingListener listener;
  private final ModelRepository repository;
  private final Optional<PromotionGate> gate;
  private final Optional<StatusTopic> status;

  CheckpointWriter(
      TrainingConfig config, ResNet network, TrainingImages images, TrainingListener listener) {
    this.config = config;
    this.network = network;
    this.images = images;
    this.listener = listener;
    Checkpoints checkpoints = config.checkpoints();
    this.repository = new ModelRepository(checkpoints.repository());
    this.gate =
        checkpoints
            .gate()
            .map(
                asked ->
                    new PromotionGate(
                        asked,
                        repository,
                        checkpoints.model(),
                        images.gate(),
                        config.preprocessing(),
                        images.labels()));
    this.status = checkpoints.gate().map(asked -> new StatusTopic(asked.kafka()));
  }

  /**
   * Writes a checkpoint.
   *
   * @param run the run's name
   * @param progress what is known of it so far, for the manifest
   * @throws TrainingException if the exported graph does not agree with the network; nothing is
   *     published then
   */
  void write(TorchNetwork trained, String run, Map<String, Double> progress) {
    long start = System.nanoTime();
    byte[] onnx = ResNetOnnx.write(network, trained.weights());
    byte[] prepared =
        ModelPreparation.prepare(onnx, config.preprocessing(), images.labels()).bytes();
    Map<String, Double> metrics = new LinkedHashMap<>(progress);
    Optional<Verdict> verdict = Optional.empty();
    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, config.preprocessing(), images.labels())) {
      requireAgreement(trained, session);
      metrics.put("accuracy", Accuracy.of(session, images.report()));
      verdict = judge(session);
    }
    verdict.ifPresent(found -> metrics.putAll(figures(found)));
    ModelVersion version =
        repository.publish(
            config.checkpoints().model(),
            prepared,
            config.preprocessing(),
            images.labels(),
            new Provenance(
                new ModelManifest.Source("training", null, null),
                config.pretrained().map(from -> from.parentVersion()).orElse(null),
                metrics,
                run));
    listener.exported(version);
    verdict.ifPresent(found -> conclude(version, found, start));
  }

  private void requireAgreement(TorchNetwork trained, ModelSession session) {
    MiniBatch batch = images.gate().first(COMPARED);
    FloatBuffer own = trained.probabilities(batch);
    FloatBuffer exported =
        ByteBuffer.allocateDirect(own.limit() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    session.run(batch.pixels(), batch.size(), exported);
    double furthest = 0;
    for (int i = 0; i < own.limit(); i++) {
      double apart = Math.abs(own.get(i) - exported.get(i));
      furthest = apart <= furthest ? furthest : apart; // also if it is not a number
    }
    if (!(furthest <= TOLERANCE)) {
      throw new TrainingException(
          "the exported graph answers "
              + furthest
              + " apart from the network that was trained, more than "
              + TOLERANCE
              + "; it is not published. Report this");
    }
  }

  /**
   * A gate that cannot be asked is no reason to lose a checkpoint: it is published all the same.
   */
  private Optional<Verdict> judge(ModelSession session) {
    if (gate.isEmpty()) {
      return Optional.empty();
    }
    try {
      Verdict verdict = gate.get().judge(session);
      listener.judged(verdict);
      return Optional.of(verdict);
    } catch (KafkaException e) {
      listener.warned("the champion is not known, and nothing is promoted: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Map<String, Double> figures(Verdict verdict) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("gate_images", (double) verdict.images());
    figures.put("gate_accuracy", verdict.accuracy());
    figures.put("gate_blessed", verdict.blessed() ? 1.0 : 0.0);
    if (verdict.championAccuracy() != null) {
      figures.put("gate_champion", (double) verdict.champion());
      figures.put("gate_champion_accuracy", verdict.championAccuracy());
      figures.put("gate_gained", (double) verdict.gained());
      figures.put("gate_lost", (double) verdict.lost());
      figures.put("gate_p", verdict.p());
    }
    return figures;
  }

  private void conclude(ModelVersion version, Verdict verdict, long start) {
    boolean promoted = verdict.blessed() && promote(version, verdict);
    status.ifPresent(
        topic ->
            topic.publish(
                new SwapReport(
                    "trainer",
                    version.name(),
                    version.version(),
                    promoted ? SwapReport.Outcome.BLESSED : SwapReport.Outcome.REFUSED,
                    verdict.reason(),
                    promoted ? (Integer) version.version() : verdict.champion(),
                    (System.nanoTime() - start) / 1e6,
                    figures(verdict))));
  }

  private boolean promote(ModelVersion version, Verdict verdict) {
    try {
      gate.orElseThrow().promote(version, verdict);
      listener.promoted(version);
      return true;
    } catch (OutdatedVerdictException | ConcurrentChangeException | KafkaException e) {
      listener.warned(e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    status.ifPresent(StatusTopic::close);
  }
}
