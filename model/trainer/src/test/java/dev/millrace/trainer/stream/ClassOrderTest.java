package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.Champion;
import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassOrderTest {

  @TempDir Path folder;
  private ModelRepository repository;
  private final Topic topic = new Topic();
  private final List<String> notes = new ArrayList<>();
  private ClassOrder order;

  /** The control topic, which all trainers share. */
  private static final class Topic implements ClassTopic {
    Optional<Champion> champion = Optional.empty();
    List<String> classes = List.of();
    int conflicts;

    @Override
    public Optional<Champion> champion() {
      return champion;
    }

    @Override
    public List<String> classes() {
      return classes;
    }

    @Override
    public List<String> change(UnaryOperator<List<String>> change) {
      if (conflicts-- > 0) {
        throw new ConcurrentChangeException("small", null);
      }
      classes = change.apply(classes);
      return classes;
    }
  }

  @BeforeEach
  void prepare() {
    repository = new ModelRepository(folder);
    order = new ClassOrder(repository, "small", Optional.of(topic));
  }

  private void publish(String... classes) {
    repository.publish(
        "small",
        new byte[] {1},
        Configs.config(folder, Configs.topics(folder, 9, 1)).preprocessing(),
        new Labels(List.of(classes)),
        new ModelManifest.Source("training", null, null));
  }

  private void serve(int version) {
    topic.champion = Optional.of(new Champion(version, null, false));
  }

  private List<String> give(String... names) {
    return order.give(order.published(notes), List.of(names));
  }

  @Test
  void firstClasses_getTheirIndicesOnTheTopic() {
    assertThat(order.known(order.published(notes))).isEmpty();
    assertThat(give("cat", "dog")).containsExactly("cat", "dog");
    assertThat(topic.classes).containsExactly("cat", "dog");
  }

  @Test
  void classesOfTheChampion_keepTheirIndices_andNewOnesFollow() {
    publish("dog", "cat");
    serve(1);
    publish("ape", "cat", "dog"); // by hand, and never promoted

    assertThat(order.published(notes).version()).isEqualTo(1);
    assertThat(give("dog", "cat", "ape")).containsExactly("dog", "cat", "ape");
  }

  @Test
  void anotherTrainersClass_keepsItsIndexToo() {
    publish("cat", "dog");
    serve(1);
    ClassOrder other = new ClassOrder(repository, "small", Optional.of(topic));

    assertThat(give("cat", "dog", "ape")).containsExactly("cat", "dog", "ape");
    assertThat(other.give(other.published(notes), List.of("cat", "dog", "cow")))
        .containsExactly("cat", "dog", "ape", "cow");
    assertThat(order.known(order.published(notes))).containsExactly("cat", "dog", "ape", "cow");
  }

  @Test
  void anotherTrainerAtTheSameMoment_isRetriedAfter() {
    topic.conflicts = 4;
    assertThat(give("cat", "dog")).containsExactly("cat", "dog");
    topic.conflicts = 5;
    assertThatExceptionOfType(ConcurrentChangeException.class).isThrownBy(() -> give("ape"));
  }

  /** A version with other classes was promoted with --allow-signature-change. */
  @Test
  void indicesThatTheChampionDoesNotBeginWith_areGivenAnew() {
    topic.classes = List.of("cat", "dog", "dgo");
    publish("cat", "ape");
    serve(1);

    assertThat(give("cat", "ape", "dog")).containsExactly("cat", "ape", "dog");
    assertThat(topic.classes).containsExactly("cat", "ape", "dog");
  }

  @Test
  void aChampionThatIsNotInTheRepository_doesNotDecide() {
    publish("dog", "cat");
    serve(7);

    assertThat(order.published(notes).version()).isEqualTo(1);
  }

  @Test
  void withoutATopic_theNewestVersionDecides() {
    publish("cat", "dog");
    publish("dog", "cat");
    ClassOrder alone = new ClassOrder(repository, "small", Optional.empty());

    assertThat(alone.known(alone.published(notes))).containsExactly("dog", "cat");
    assertThat(alone.give(alone.published(notes), List.of("dog", "cat", "ape")))
        .containsExactly("dog", "cat", "ape");
  }

  private void damage(int version) throws IOException {
    Files.writeString(folder.resolve("small/" + version + "/millrace.json"), "{");
  }

  /** Otherwise, no round could begin until a person promotes another version. */
  @Test
  void aChampionWhoseManifestIsDamaged_isPassedOver_andTheIndicesOnTheTopicStay()
      throws IOException {
    publish("dog", "cat");
    publish("dog", "cat");
    publish("dog", "cat", "ape");
    serve(3);
    give("dog", "cat", "ape", "cow");
    damage(3);
    damage(2);

    assertThat(order.published(notes).version()).isEqualTo(1);
    assertThat(notes).hasSize(2);
    assertThat(notes.get(0))
        .startsWith(
            "the classes of version 3 cannot be read, so those of another version keep their"
                + " indices; while version 3 serves, nothing is promoted: ")
        .contains("millrace.json is not a manifest");
    assertThat(give("bee", "cat", "dog")).containsExactly("dog", "cat", "ape", "cow", "bee");
    damage(1);
    assertThat(order.published(notes).version()).isZero();
  }

  /** Nothing else stores the indices of the classes. */
  @Test
  void withoutATopic_aDamagedManifestIsAnError() throws IOException {
    publish("cat", "dog");
    damage(1);
    ClassOrder alone = new ClassOrder(repository, "small", Optional.empty());

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> alone.published(notes))
        .withMessageContaining("is not a manifest");
  }
}
