package dev.millrace.trainer.stream;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.trainer.gate.BaseChampion;
import java.util.List;
import java.util.Optional;

/** Decides whether a round starts from the champion, and reads the champion's weights. */
final class ChampionStart {

  private final ModelRepository repository;
  private final String model;
  private final ResNet network;
  private final Gate.Restart restart;
  private final ClassTopic topic;

  /**
   * @param network the network that the training trains, with any number of classes
   */
  ChampionStart(
      ModelRepository repository,
      String model,
      ResNet network,
      Gate.Restart restart,
      ClassTopic topic) {
    this.repository = repository;
    this.model = model;
    this.network = network;
    this.restart = restart;
    this.topic = topic;
  }

  /** {@return an object that decides for a training, or empty if the training has no gate} */
  static Optional<ChampionStart> of(TrainingConfig config) {
    String model = config.checkpoints().model();
    return config
        .checkpoints()
        .gate()
        .map(
            gate ->
                new ChampionStart(
                    config.checkpoints().repository(),
                    model,
                    config.network(),
                    gate.restart(),
                    new KafkaClassTopic(KafkaAccess.keysOf(gate.broker()), model)));
  }

  /**
   * The champion's weights.
   *
   * @param version the champion's number, or that of its float32 version if it is quantised
   * @param classes names of the classes, in the order of the rows of the last layer
   */
  record Start(int version, List<String> classes, Weights weights) {}

  /**
   * {@return the champion}
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  BaseChampion champion() {
    return BaseChampion.of(topic.champion());
  }

  /**
   * {@return the champion's weights if the next round starts from them} The listener receives the
   * reason. If the weights cannot be used, the listener receives a warning, and the result is
   * empty.
   *
   * @param end the end of the previous round, or empty if there is none
   * @throws ModelException if the repository does not work at the moment. A round from other
   *     weights would be in vain
   */
  Optional<Start> start(int champion, Optional<RoundEnd> end, TrainingListener listener) {
    Optional<String> why =
        end.isPresent()
            ? end.get().leave(champion, restart)
            : Optional.of("every round does").filter(reason -> restart.always());
    if (why.isEmpty()) {
      return Optional.empty();
    }
    try {
      ModelVersion version = float32(repository.version(model, champion));
      if (!version.weights().isEmpty()) {
        throw new ModelException("its weights are in several files");
      }
      Start start =
          new Start(
              version.version(),
              version.labels().names(),
              OnnxWeights.read(version.readVerified(), network));
      listener.warned("the round starts from the champion, " + version + ": " + why.get());
      return Optional.of(start);
    } catch (ModelException e) {
      if (RemoteAwayException.isCauseOf(e)) {
        throw e;
      }
      listener.warned(
          "the round cannot start from the champion, version "
              + champion
              + ", so it starts from "
              + otherwise(end)
              + ": "
              + e.getMessage());
      return Optional.empty();
    }
  }

  /** {@return the weights that a round starts from if it cannot start from the champion} */
  static String otherwise(Optional<RoundEnd> end) {
    return end.isPresent() ? "the last round's weights" : "the initial weights";
  }

  /** {@return the version itself, or the float32 version from which it was quantised} */
  private ModelVersion float32(ModelVersion version) {
    if (version.manifest().quantization() == null) {
      return version;
    }
    Integer parent = version.manifest().parentVersion();
    if (parent == null) {
      throw new ModelException("it is quantised, and does not name its float32 version");
    }
    return repository.version(model, parent);
  }
}
