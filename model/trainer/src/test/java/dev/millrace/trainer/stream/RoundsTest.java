package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.Champion;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Reference;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.data.FailedWriteException;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.gate.BaseChampion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundsTest {

  @TempDir private Path folder;

  private final Told told = new Told();
  private final List<TrainingConfig> trained = new ArrayList<>();
  private final List<Optional<BaseChampion>> bases = new ArrayList<>();
  private TrainingConfig config;
  private Optional<ChampionStart> champions = Optional.empty();
  private Optional<Integer> champion = Optional.empty();

  @BeforeEach
  void configure() {
    config = Configs.config(folder, Configs.topics(folder, 9, 1));
  }

  private static LabelledImages images(String... classes) {
    return new LabelledImages(
        new Labels(List.of(classes)),
        IntStream.range(0, classes.length)
            .mapToObj(
                label ->
                    new LabelledImage(classes[label], label, "", Part.TRAINING, () -> new byte[0]))
            .toList());
  }

  private static Weights weights(int classes, long seed) {
    return HeInitialization.of(Configs.NETWORK.withClasses(classes), seed);
  }

  /** Records the round's configuration, and creates the round's folder, as a real run does. */
  private void begin(TrainingConfig round) {
    trained.add(round);
    try {
      Files.createDirectories(round.checkpoints().run());
      Files.writeString(round.checkpoints().run().resolve("run.json"), "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns weights that identify their round. */
  private Optional<Weights> learn(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    begin(round);
    bases.add(base);
    listener.began(name, 1, 1, 0, 1);
    return Optional.of(weights(images.labels().size(), trained.size()));
  }

  private Optional<Weights> diverge(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    begin(round);
    listener.began(name, 1, 1, 0, 1);
    throw new TrainingException("the loss is NaN");
  }

  private boolean train(RoundTrainer trainer, String... classes) {
    return train(trainer, told, () -> false, classes);
  }

  private boolean train(
      RoundTrainer trainer, TrainingListener listener, BooleanSupplier stop, String... classes) {
    AtomicLong nanos = new AtomicLong();
    return new Rounds(config, trainer, champions, () -> nanos.addAndGet(60_000_000_000L))
        .train(images(classes), listener, stop);
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void train_theFirst_startsAsConfigured() throws IOException {
    assertThat(train(this::learn, "cat", "dog")).isTrue();

    assertThat(trained.get(0).pretrained()).isEmpty();
    assertThat(trained.get(0).checkpoints().run()).isEqualTo(folder.resolve("run/round-000001"));
    assertThat(folders()).containsExactly("round-000001");
  }

  @Test
  void train_theNextAfterARestart_startsFromTheWeightsBefore() throws IOException {
    train(this::learn, "cat", "dog");
    train(this::learn, "cat", "dog");

    Pretrained start = trained.get(1).pretrained().orElseThrow();
    assertThat(start.weights()).isEqualTo(weights(2, 1));
    assertThat(start.origin()).isEqualTo("round-000001");
    assertThat(folders()).containsExactly("round-000002");
    assertThat(told.begun).containsExactly(1, 2);
  }

  @Test
  void train_withANewClass_keepsWhatTheOthersLearned() {
    train(this::learn, "cat", "dog");
    train(this::learn, "ape", "cat", "dog");

    Weights start = trained.get(1).pretrained().orElseThrow().weights();
    assertThat(start.get("fc.bias").size()).isEqualTo(3);
    assertThat(start.get("conv1.weight")).isEqualTo(weights(2, 1).get("conv1.weight"));
  }

  @Test
  void train_keepsFrozenWhatIsToBe() {
    Checkpoints checkpoints = config.checkpoints();
    config =
        new TrainingConfig(
            config.network(),
            config.preprocessing(),
            config.data(),
            config.optimization(),
            config.augmentation(),
            Optional.of(new Pretrained(weights(5, 7), List.of(), "a file", 4, List.of("stem"))),
            config.seed(),
            checkpoints,
            config.device(),
            config.threads());
    train(this::learn, "cat", "dog");
    train(this::learn, "cat", "dog");

    assertThat(trained.get(0).pretrained()).isEqualTo(config.pretrained());
    assertThat(trained.get(1).pretrained().orElseThrow().freeze()).containsExactly("stem");
    assertThat(trained.get(1).pretrained().orElseThrow().parentVersion()).isNull();
  }

  @Test
  void train_whatAKillInterrupted_isBegunAnew() throws IOException {
    train(this::learn, "cat", "dog");
    Path interrupted = folder.resolve("run/round-000002");
    Files.createDirectories(interrupted.resolve("deep"));
    Files.writeString(interrupted.resolve("deep/left"), "over");
    Files.writeString(interrupted.resolve("weights.safetensors"), "but no end");

    train(this::learn, "cat", "dog");
    assertThat(trained.get(1).checkpoints().run()).isEqualTo(interrupted);
    assertThat(interrupted.resolve("deep")).doesNotExist();
    assertThat(trained.get(1).pretrained().orElseThrow().origin()).isEqualTo("round-000001");
  }

  @Test
  void train_thatDiverges_isWarnedOfAndTheNextStartsFromTheWeightsBefore() throws IOException {
    train(this::learn, "cat", "dog");
    assertThat(train(this::diverge, "cat", "dog")).isTrue();
    assertThat(told.warnings).singleElement().asString().contains("round-000002", "NaN");
    assertThat(folders()).containsExactly("round-000001");

    train(this::learn, "cat", "dog");
    assertThat(trained.get(2).pretrained().orElseThrow().weights()).isEqualTo(weights(2, 1));
  }

  /** Puts a folder in the place of the file that ends the round. */
  private Optional<Weights> learnAndBlock(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    Optional<Weights> weights = learn(round, images, listener, stop, name, base);
    try {
      Files.createDirectories(round.checkpoints().run().resolve("round.json/full"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return weights;
  }

  @Test
  void train_thatCannotSaveItsEnd_savesItLater() throws IOException {
    Path end = folder.resolve("run/round-000001/round.json");
    TrainingListener repairing =
        new ForwardingListener(told) {
          @Override
          public void warned(String what) {
            super.warned(what);
            if (told.warnings.size() == 2) {
              assertThat(end.resolve("full").toFile().delete()).isTrue();
              assertThat(end.toFile().delete()).isTrue();
            }
          }
        };

    assertThat(train(this::learnAndBlock, repairing, () -> false, "cat", "dog")).isTrue();
    assertThat(end).isRegularFile();
    assertThat(trained).hasSize(1);
    assertThat(told.warnings)
        .allMatch(warning -> warning.startsWith("saving round-000001 failed, and is tried again"));
  }

  @Test
  void train_thatIsStoppedBeforeItsEndIsSaved_isNotFinished() {
    assertThat(train(this::learnAndBlock, told, () -> !told.warnings.isEmpty(), "cat", "dog"))
        .isFalse();
  }

  @Test
  void train_thatCannotBegin_throws() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(
            () ->
                train(
                    (round, images, listener, stop, name, base) -> {
                      throw new TrainingException("no such device");
                    },
                    "cat",
                    "dog"))
        .withMessage("no such device");
  }

  /** If a full disk ended the round, the labels that triggered the round would be used up. */
  @Test
  void train_onADiskThatFails_throws_soThatTheRoundIsTriedAgain() {
    assertThatExceptionOfType(FailedWriteException.class)
        .isThrownBy(
            () ->
                train(
                    (round, images, listener, stop, name, base) -> {
                      listener.began(name, 1, 1, 0, 1);
                      throw new FailedWriteException("no room", new IOException());
                    },
                    "cat",
                    "dog"))
        .withMessage("no room");
    assertThat(told.warnings).isEmpty();
  }

  @Test
  void train_thatIsStopped_leavesTheWeightsBefore() {
    train(this::learn, "cat", "dog");
    boolean ended =
        train(
            (round, images, listener, stop, name, base) -> {
              begin(round);
              return Optional.empty();
            },
            "cat",
            "dog");
    assertThat(ended).isFalse();

    train(this::learn, "cat", "dog");
    assertThat(trained.get(2).pretrained().orElseThrow().origin()).isEqualTo("round-000001");
  }

  /** {@return the configuration, with another network} */
  private TrainingConfig configured(ResNet network) {
    return new TrainingConfig(
        network,
        config.preprocessing(),
        config.data(),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  @Test
  void train_anotherArchitecture_startsAsConfigured() {
    train(this::learn, "cat", "dog");
    config = configured(ResNet.of("resnet32").withSize(Configs.SIDE));
    train(this::learn, "cat", "dog");

    assertThat(trained.get(1).pretrained()).isEmpty();
    assertThat(told.warnings).singleElement().asString().contains("round-000001");
  }

  /** Lets rounds start from the field {@link #champion}. */
  private void follow() {
    follow(new Gate.Restart(2, false));
  }

  private void follow(Gate.Restart restart) {
    champions =
        Optional.of(
            new ChampionStart(
                config.checkpoints().repository(),
                "small",
                restart,
                new ClassTopic() {
                  @Override
                  public Optional<Champion> champion() {
                    if (champion == null) {
                      throw new TimeoutException("nobody answers");
                    }
                    return champion.map(version -> new Champion(version, null, false));
                  }

                  @Override
                  public List<String> classes() {
                    throw new AssertionError();
                  }

                  @Override
                  public List<String> change(UnaryOperator<List<String>> change) {
                    throw new AssertionError();
                  }
                }));
  }

  /** Publishes a version with recognizable weights. */
  private ModelVersion publish(int classes, long seed) {
    return publish(Configs.NETWORK, classes, seed);
  }

  private ModelVersion publish(ResNet architecture, int classes, long seed) {
    Labels labels = new Labels(List.of("cat", "dog", "hen").subList(0, classes));
    ResNet network = architecture.withClasses(classes);
    byte[] onnx = ResNetOnnx.write(network, HeInitialization.of(network, seed));
    return config
        .checkpoints()
        .repository()
        .publish(
            "small",
            ModelPreparation.prepare(onnx, config.preprocessing(), labels).bytes(),
            config.preprocessing(),
            labels,
            new ModelManifest.Source("training", null, null));
  }

  @Test
  void train_afterARollback_startsFromTheVersionThatServes() {
    follow();
    int old = publish(2, 50).version();
    champion = Optional.of(publish(2, 51).version());
    train(this::learn, "cat", "dog");
    champion = Optional.of(old);
    train(this::learn, "cat", "dog", "hen");

    assertThat(trained.get(0).pretrained()).isEmpty();
    Pretrained start = trained.get(1).pretrained().orElseThrow();
    assertThat(start.parentVersion()).isEqualTo(old);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
    assertThat(start.weights().get("fc.bias").size()).isEqualTo(3);
    assertThat(told.warnings)
        .containsExactly(
            "the round starts from the champion, small version 1: another writer has promoted it");
  }

  /** Publishes a quantised version of another version. */
  private int quantise(int float32) {
    ModelRepository repository = config.checkpoints().repository();
    ModelVersion parent = repository.version("small", float32);
    Quantization quantization =
        new Quantization(
            "min-max", true, false, List.of(), null, null, null, new Reference("x", 16, 0.1));
    return repository
        .publish(
            "small",
            parent.readVerified(),
            config.preprocessing(),
            parent.labels(),
            new Provenance(
                new ModelManifest.Source("quantization", null, null),
                float32,
                Map.of(),
                null,
                quantization))
        .version();
  }

  @Test
  void train_afterAPromotionOfAnInt8Version_startsFromItsFloat32Version() {
    follow();
    int float32 = publish(2, 50).version();
    ModelVersion other = publish(2, 51);
    int int8 = quantise(float32);
    champion = Optional.of(other.version());
    train(this::learn, "cat", "dog");
    champion = Optional.of(int8);
    train(this::learn, "cat", "dog");

    Pretrained start = trained.get(1).pretrained().orElseThrow();
    assertThat(start.parentVersion()).isEqualTo(float32);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
  }

  @Test
  void train_afterRefusedRounds_startsFromTheChampion_andThenGoesOn() {
    follow();
    champion = Optional.of(publish(2, 50).version());
    for (int round = 0; round < 5; round++) {
      train(this::learn, "cat", "dog");
    }

    assertThat(trained.stream().map(each -> each.pretrained().map(Pretrained::origin).orElse("")))
        .containsExactly("", "round-000001", "small version 1", "round-000003", "small version 1");
  }

  @Test
  void train_ifEveryRoundStartsFromTheChampion_theFirstDoes() {
    follow(new Gate.Restart(2, true));
    champion = Optional.of(publish(2, 50).version());
    train(this::learn, "cat", "dog");

    Pretrained start = trained.get(0).pretrained().orElseThrow();
    assertThat(start.parentVersion()).isEqualTo(1);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
    assertThat(told.warnings)
        .containsExactly("the round starts from the champion, small version 1: every round does");
  }

  @Test
  void train_afterAPromotion_goesOnFromIt() {
    follow();
    champion = Optional.of(publish(2, 50).version());
    ModelVersion next = publish(2, 51);
    for (int round = 0; round < 2; round++) {
      train(
          (asked, images, listener, stop, name, base) -> {
            listener.promoted(next);
            champion = Optional.of(next.version());
            return learn(asked, images, listener, stop, name, base);
          },
          "cat",
          "dog");
    }

    assertThat(trained.get(1).pretrained().orElseThrow().origin()).isEqualTo("round-000001");
  }

  @Test
  void train_withAChampionWhoseWeightsCannotBeRead_startsFromTheRoundBefore() {
    follow();
    champion = Optional.of(9);
    train(this::learn, "cat", "dog");
    champion = Optional.of(8);
    train(this::learn, "cat", "dog");

    assertThat(trained.get(1).pretrained().orElseThrow().origin()).isEqualTo("round-000001");
    assertThat(told.warnings)
        .singleElement()
        .asString()
        .startsWith("the round cannot start from the champion");
  }

  @Test
  void train_withAChampionOfAnotherArchitecture_saysThatItStartsFromTheRoundBefore() {
    follow();
    champion = Optional.of(publish(2, 50).version());
    train(this::learn, "cat", "dog");
    ResNet other = ResNet.of("resnet32").withSize(Configs.SIDE);
    champion = Optional.of(publish(other, 2, 51).version());
    train(this::learn, "cat", "dog");

    assertThat(trained.get(1).pretrained().orElseThrow().origin()).isEqualTo("round-000001");
    assertThat(told.warnings)
        .last()
        .asString()
        .startsWith(
            "the weights in small version 2 are ignored, and the round starts from the last"
                + " round's weights: ");
  }

  private List<Boolean> mayPromote() {
    return bases.stream().map(base -> base.orElseThrow().obstacle().isEmpty()).toList();
  }

  /** The weights of the last round descend from the version that was rolled back. */
  @Test
  void train_afterARollbackToAnotherArchitecture_promotesNothing_andSaysWhy() {
    follow();
    int old = publish(ResNet.of("resnet32").withSize(Configs.SIDE), 2, 50).version();
    int faulty = publish(2, 51).version();
    champion = Optional.of(faulty);
    train(this::learn, "cat", "dog");
    champion = Optional.of(old);
    train(this::learn, "cat", "dog");
    train(this::learn, "cat", "dog");

    assertThat(trained.get(2).pretrained().orElseThrow().origin()).isEqualTo("round-000002");
    assertThat(mayPromote()).containsExactly(true, false, false);
    assertThat(bases.get(2).orElseThrow().version()).isEqualTo(old);
    assertThat(bases.get(2).orElseThrow().obstacle().orElseThrow())
        .startsWith("another writer has promoted it, and this round could not start from it;");

    champion = Optional.of(faulty);
    train(this::learn, "cat", "dog");
    assertThat(mayPromote()).as("the rollback was taken back").endsWith(true);
  }

  @Test
  void train_afterARollbackToAnInt8VersionWithoutItsFloat32Version_promotesNothing() {
    follow();
    int float32 = publish(2, 50).version();
    int old = quantise(float32);
    champion = Optional.of(publish(2, 51).version());
    train(this::learn, "cat", "dog");
    config.checkpoints().repository().remove("small", float32);
    champion = Optional.of(old);
    train(this::learn, "cat", "dog");
    assertThat(mayPromote()).containsExactly(true, false);

    champion = Optional.of(publish(2, 52).version());
    train(this::learn, "cat", "dog");
    train(this::learn, "cat", "dog");
    assertThat(trained.get(2).pretrained().orElseThrow().parentVersion()).isEqualTo(4);
    assertThat(mayPromote()).as("a version by hand is its start").endsWith(true, true);
  }

  /** Weights of another architecture say nothing about the version that was rolled back. */
  @Test
  void train_afterARollback_withInitialWeights_mayPromote() {
    follow();
    int old = publish(ResNet.of("resnet32").withSize(Configs.SIDE), 2, 50).version();
    champion = Optional.of(publish(2, 51).version());
    train(this::learn, "cat", "dog");
    champion = Optional.of(old);
    config = configured(ResNet.of("resnet44").withSize(Configs.SIDE));
    train(this::learn, "cat", "dog");

    assertThat(trained.get(1).pretrained()).isEmpty();
    assertThat(mayPromote()).containsExactly(true, true);
  }

  /** Without the champion, the gate could promote no version of this round. */
  @Test
  void train_withAChampionThatCannotBeRead_doesNotBegin() {
    follow();
    champion = null;

    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> train(this::learn, "cat", "dog"));
    assertThat(trained).isEmpty();
  }

  /**
   * If the gate read the champion again, it would not notice a rollback between the two readings.
   */
  @Test
  void train_comparesWithTheChampionThatItStartedFrom() {
    follow();
    champion = Optional.of(publish(2, 50).version());
    train(this::learn, "cat", "dog");
    champion = Optional.empty();
    train(this::learn, "cat", "dog");

    assertThat(bases)
        .containsExactly(
            Optional.of(new BaseChampion(1, Optional.empty())),
            Optional.of(new BaseChampion(null, Optional.empty())));
  }

  @Test
  void train_withoutAGate_hasNoChampion() {
    train(this::learn, "cat", "dog");

    assertThat(bases).containsExactly(Optional.empty());
  }
}
