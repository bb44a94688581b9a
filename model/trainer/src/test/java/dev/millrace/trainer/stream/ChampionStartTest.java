package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.RoundsRig.network;
import static dev.millrace.trainer.stream.RoundsRig.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.Champion;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Reference;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.repository.RemoteVersions;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Pretrained;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.gate.BaseChampion;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests rounds that look at the champion before they begin. */
class ChampionStartTest {

  @TempDir private Path folder;

  private RoundsRig rig;

  /** The champion's version; null if the control topic cannot be read. */
  private Optional<Integer> champion = Optional.empty();

  @BeforeEach
  void configure() {
    rig = new RoundsRig(folder);
    follow(new Gate.Restart(2, false));
  }

  private void follow(Gate.Restart restart) {
    follow(restart, rig.config.checkpoints().repository());
  }

  private void follow(Gate.Restart restart, ModelRepository repository) {
    rig.champions =
        Optional.of(
            new ChampionStart(
                repository,
                "small",
                rig.config.network(),
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
    return rig.config
        .checkpoints()
        .repository()
        .publish(
            "small",
            ModelPreparation.prepare(onnx, rig.config.preprocessing(), labels).bytes(),
            rig.config.preprocessing(),
            labels,
            new ModelManifest.Source("training", null, null));
  }

  /** Publishes a quantised version of another version. */
  private int quantise(int float32) {
    ModelRepository repository = rig.config.checkpoints().repository();
    ModelVersion parent = repository.version("small", float32);
    Quantization quantization =
        new Quantization(
            "min-max", true, false, List.of(), null, null, null, new Reference("x", 16, 0.1));
    return repository
        .publish(
            "small",
            parent.readVerified(),
            rig.config.preprocessing(),
            parent.labels(),
            new Provenance(
                new ModelManifest.Source("quantization", null, null),
                float32,
                Map.of(),
                null,
                quantization))
        .version();
  }

  private List<Boolean> mayPromote() {
    return rig.bases.stream().map(base -> base.orElseThrow().obstacle().isEmpty()).toList();
  }

  @Test
  void train_afterARollback_startsFromTheVersionThatServes() {
    int old = publish(2, 50).version();
    champion = Optional.of(publish(2, 51).version());
    rig.train("cat", "dog");
    champion = Optional.of(old);
    rig.train("cat", "dog", "hen");

    assertThat(rig.trained.get(0).pretrained()).isEmpty();
    Pretrained start = rig.start(1);
    assertThat(start.parentVersion()).isEqualTo(old);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
    assertThat(start.weights().get("fc.bias").size()).isEqualTo(3);
    assertThat(rig.told.warnings)
        .containsExactly(
            "the round starts from the champion, small version 1: another writer has promoted it");
  }

  @Test
  void train_afterAPromotionOfAnInt8Version_startsFromItsFloat32Version() {
    int float32 = publish(2, 50).version();
    ModelVersion other = publish(2, 51);
    int int8 = quantise(float32);
    champion = Optional.of(other.version());
    rig.train("cat", "dog");
    champion = Optional.of(int8);
    rig.train("cat", "dog");

    Pretrained start = rig.start(1);
    assertThat(start.parentVersion()).isEqualTo(float32);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
  }

  @Test
  void train_afterRefusedRounds_startsFromTheChampion_andThenGoesOn() {
    champion = Optional.of(publish(2, 50).version());
    for (int round = 0; round < 5; round++) {
      rig.train("cat", "dog");
    }

    assertThat(
            rig.trained.stream().map(each -> each.pretrained().map(Pretrained::origin).orElse("")))
        .containsExactly("", "round-000001", "small version 1", "round-000003", "small version 1");
  }

  @Test
  void train_ifEveryRoundStartsFromTheChampion_theFirstDoes() {
    follow(new Gate.Restart(2, true));
    champion = Optional.of(publish(2, 50).version());
    rig.train("cat", "dog");

    Pretrained start = rig.start(0);
    assertThat(start.parentVersion()).isEqualTo(1);
    assertThat(start.weights().get("conv1.weight")).isEqualTo(weights(2, 50).get("conv1.weight"));
    assertThat(rig.told.warnings)
        .containsExactly("the round starts from the champion, small version 1: every round does");
  }

  @Test
  void train_afterAPromotion_goesOnFromIt() {
    champion = Optional.of(publish(2, 50).version());
    ModelVersion next = publish(2, 51);
    for (int round = 0; round < 2; round++) {
      rig.train(
          (asked, images, listener, stop, name, base) -> {
            listener.promoted(next);
            champion = Optional.of(next.version());
            return rig.learn(asked, images, listener, stop, name, base);
          },
          "cat",
          "dog");
    }

    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
  }

  @Test
  void train_withAChampionWhoseWeightsCannotBeRead_startsFromTheRoundBefore() {
    champion = Optional.of(9);
    rig.train("cat", "dog");
    champion = Optional.of(8);
    rig.train("cat", "dog");

    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("the round cannot start from the champion");
  }

  /** Returns a repository on a machine that does not answer. */
  private ModelRepository away() {
    RemoteVersions away =
        (RemoteVersions)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RemoteVersions.class},
                (self, method, arguments) -> {
                  if (method.getName().equals("place")) {
                    return "s3://models";
                  }
                  throw new RemoteAwayException("nobody answers", null);
                });
    return new RemoteModelRepository(away, folder.resolve("cache"), rig.told.warnings::add);
  }

  /** After a rollback, the gate would promote no version of a round from other weights. */
  @Test
  void train_withARepositoryThatIsAway_doesNotBegin() {
    int old = publish(2, 50).version();
    champion = Optional.of(publish(2, 51).version());
    rig.train("cat", "dog");
    champion = Optional.of(old);
    follow(new Gate.Restart(2, false), away());

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> rig.train("cat", "dog"))
        .withMessageEndingWith("(nobody answers); try again later");
    assertThat(rig.trained).hasSize(1);
    assertThat(rig.told.warnings).isEmpty();

    follow(new Gate.Restart(2, false));
    rig.train("cat", "dog");
    assertThat(rig.start(1).parentVersion()).isEqualTo(old);
  }

  /** From the weights of the last round, every training may diverge. */
  @Test
  void train_afterFailedRounds_startsFromTheChampion_untilARoundEnds() {
    champion = Optional.of(publish(2, 50).version());
    rig.train("cat", "dog");
    rig.train(rig::diverge, "cat", "dog");
    rig.train(rig::diverge, "cat", "dog");
    rig.train("cat", "dog");
    rig.train("cat", "dog");

    assertThat(
            rig.trained.stream().map(each -> each.pretrained().map(Pretrained::origin).orElse("")))
        .containsExactly("", "round-000001", "small version 1", "small version 1", "round-000002");
    assertThat(rig.told.warnings)
        .contains(
            "the round starts from the champion, small version 1: 3 rounds in a row were not"
                + " promoted");
  }

  @Test
  void train_withAChampionOfAnotherArchitecture_saysThatItStartsFromTheRoundBefore() {
    champion = Optional.of(publish(2, 50).version());
    rig.train("cat", "dog");
    ResNet other = network("resnet32");
    champion = Optional.of(publish(other, 2, 51).version());
    rig.train("cat", "dog");

    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
    assertThat(rig.told.warnings)
        .last()
        .asString()
        .startsWith(
            "the weights in small version 2 are ignored, and the round starts from the last"
                + " round's weights: ");
  }

  /** The weights of both stems have the same shapes. */
  @Test
  void train_withAChampionOfAnotherStem_saysThatItStartsFromTheRoundBefore() {
    champion = Optional.of(publish(2, 50).version());
    rig.train("cat", "dog");
    champion = Optional.of(publish(Configs.NETWORK.withStem(Stem.CIFAR_HALVED), 2, 51).version());
    rig.train("cat", "dog");

    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
    assertThat(rig.told.warnings)
        .last()
        .asString()
        .startsWith(
            "the round cannot start from the champion, version 2, so it starts from the last"
                + " round's weights: the convolution of conv1.weight has a stride of 2, but ");
  }

  /** The weights of the last round descend from the version that was rolled back. */
  @Test
  void train_afterARollbackToAnotherArchitecture_promotesNothing_andSaysWhy() {
    int old = publish(network("resnet32"), 2, 50).version();
    int faulty = publish(2, 51).version();
    champion = Optional.of(faulty);
    rig.train("cat", "dog");
    champion = Optional.of(old);
    rig.train("cat", "dog");
    rig.train("cat", "dog");

    assertThat(rig.start(2).origin()).isEqualTo("round-000002");
    assertThat(mayPromote()).containsExactly(true, false, false);
    assertThat(rig.bases.get(2).orElseThrow().version()).isEqualTo(old);
    assertThat(rig.bases.get(2).orElseThrow().obstacle().orElseThrow())
        .startsWith("another writer has promoted it, and this round could not start from it;");

    champion = Optional.of(faulty);
    rig.train("cat", "dog");
    assertThat(mayPromote()).as("the rollback was taken back").endsWith(true);
  }

  @Test
  void train_afterARollbackToAnInt8VersionWithoutItsFloat32Version_promotesNothing() {
    int float32 = publish(2, 50).version();
    int old = quantise(float32);
    champion = Optional.of(publish(2, 51).version());
    rig.train("cat", "dog");
    rig.config.checkpoints().repository().remove("small", float32);
    champion = Optional.of(old);
    rig.train("cat", "dog");
    assertThat(mayPromote()).containsExactly(true, false);

    champion = Optional.of(publish(2, 52).version());
    rig.train("cat", "dog");
    rig.train("cat", "dog");
    assertThat(rig.start(2).parentVersion()).isEqualTo(4);
    assertThat(mayPromote()).as("a version by hand is its start").endsWith(true, true);
  }

  /** Weights of another architecture say nothing about the version that was rolled back. */
  @Test
  void train_afterARollback_withInitialWeights_mayPromote() {
    int old = publish(network("resnet32"), 2, 50).version();
    champion = Optional.of(publish(2, 51).version());
    rig.train("cat", "dog");
    champion = Optional.of(old);
    rig.config = ConfigCopy.of(rig.config).network(network("resnet44")).config();
    rig.train("cat", "dog");

    assertThat(rig.trained.get(1).pretrained()).isEmpty();
    assertThat(mayPromote()).containsExactly(true, true);
  }

  /** Without the champion, the gate could promote no version of this round. */
  @Test
  void train_withAChampionThatCannotBeRead_doesNotBegin() {
    champion = null;

    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> rig.train("cat", "dog"));
    assertThat(rig.trained).isEmpty();
  }

  /**
   * If the gate read the champion again, it would not notice a rollback between the two readings.
   */
  @Test
  void train_comparesWithTheChampionThatItStartedFrom() {
    champion = Optional.of(publish(2, 50).version());
    rig.train("cat", "dog");
    champion = Optional.empty();
    rig.train("cat", "dog");

    assertThat(rig.bases)
        .containsExactly(
            Optional.of(new BaseChampion(1, Optional.empty())),
            Optional.of(new BaseChampion(null, Optional.empty())));
  }
}
